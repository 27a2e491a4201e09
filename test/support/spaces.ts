// The space of a model's options, for tests of what is made of it.
import { createNodes } from '../../dist/src/testing/model/node/nodes.js';
import type { Logics, ModelOptions } from '../../dist/src/testing/model/options.js';
import { createSpace, type Engine } from '../../dist/src/testing/model/space/space-of.js';

export const spaceOf = <const TLogics extends Logics>(options: ModelOptions<TLogics>): Engine =>
  createSpace(options, createNodes(options));
