// The nodes of a model, one for each of its actors, in their order.
import { createModelling } from './modelling.ts';
import type { AnyModelOptions } from './stage.ts';
import type { Node } from './node.ts';
import { createNode } from './node-stepper.ts';
import type { Logics, ModelOptions } from '../options.ts';

/** Makes the steppers of all nodes of a model; they share its refs. */
export function createNodes<TLogics extends Logics, THistory>(
  options: ModelOptions<TLogics, THistory>,
): readonly Node[] {
  // what is particular about a model's types concerns who writes it
  const modelling = createModelling(options as unknown as AnyModelOptions);
  return modelling.names.map((name) => createNode(modelling, name));
}
