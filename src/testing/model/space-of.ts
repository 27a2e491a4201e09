import type { ModelOptions, Logics } from './options.ts';
import type { Node } from './node.ts';
import type { Space } from './space.ts';
export function createSpace(_: ModelOptions<Logics, unknown>, __: readonly Node[]): Space<Logics, unknown> { throw new Error('TODO'); }
