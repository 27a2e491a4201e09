// The order in which the members of sets and maps, and the keys of objects, came to be where they are. It does not tell configurations apart, for hardly any machine goes by it; where
// one does, that is found out.
import { textAsItIs } from '../node/canonical.ts';
import type { Configuration } from '../node/node.ts';

/** Text that two configurations of one key have in common if and only if all that they hold is in the same order. */
export const arrangementOf = ({ actors }: Configuration): string =>
  Array.from(actors.values(), ({ snapshot }) => textAsItIs(snapshot)).join('\n');
