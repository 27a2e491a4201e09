import type { ModelOptions, Logics } from './options.ts';
import type { Node } from './node.ts';
export function createNodes(_: ModelOptions<Logics, unknown>): readonly Node[] { throw new Error('TODO'); }
