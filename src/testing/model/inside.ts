// What a model keeps for those who come by it and know no more than that it is one: the matchers, and the command, whose module may have another copy of troupe.
// What is here is taken from the model itself, so its own copy does the work.
import type { Logics, ModelOptions } from './options.ts';
import type { Search } from './search.ts';
import type { ExploreOptions, SimulateOptions, SystemModel } from './system.ts';
import type { Walk } from './walk.ts';

/** The inside of a model. */
export interface Inside {
  readonly options: ModelOptions<Logics, unknown>;
  /** Begins to explore: nothing is done before it is run. */
  search(limits?: ExploreOptions): Search;
  /** Begins to walk at random: nothing is done before it is run. */
  walk(how?: SimulateOptions): Walk;
  /** The same model with other options. Throws as `model` does. */
  derive(changes: Partial<ModelOptions<Logics, unknown>>): SystemModel;
}

/** Makes an object a model that has an inside. */
export function withInside<TModel extends object>(model: TModel, inside: Inside): TModel {
  return Object.defineProperty(model, INSIDE, { value: inside });
}

/** The inside of a model; undefined for anything else. */
export function insideOf(value: unknown): Inside | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { readonly [INSIDE]?: Inside })[INSIDE];
}

/** The same in each copy of troupe. */
const INSIDE: unique symbol = Symbol.for('troupe.model');
