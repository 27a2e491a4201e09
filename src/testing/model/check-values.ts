// The checks of single values, and of how far a model is to be explored or walked.
import { assertNames, assertWord, optionError } from '../../options.ts';
import type { ExploreOptions, SimulateOptions } from './system.ts';

/** Throws `INVALID_ARGUMENT` for limits that are none. */
export function assertExplore(options: ExploreOptions): void {
  assertNames(options, ['maxStates', 'maxDepth', 'seconds', 'stopAtFirst', 'onProgress']);
  const { maxStates, maxDepth, seconds, stopAtFirst, onProgress } = options;
  assertCount('maxStates', maxStates, { least: 1, orInfinity: true });
  assertCount('maxDepth', maxDepth, { orInfinity: true });
  if (seconds !== undefined && !(typeof seconds === 'number' && seconds > 0))
    throw optionError('seconds', seconds, 'it must be a number above 0');
  if (stopAtFirst !== undefined && typeof stopAtFirst !== 'boolean')
    throw optionError('stopAtFirst', stopAtFirst, 'it must be true or false');
  assertFunction('onProgress', onProgress, 'a function that is told how far it is');
}

/** Throws `INVALID_ARGUMENT` for a walk that cannot be walked. */
export function assertSimulate(options: SimulateOptions): void {
  assertNames(options, ['seed', 'runs', 'maxSteps', 'strategy']);
  const { seed, runs, maxSteps, strategy } = options;
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw optionError('seed', seed, 'it must be a whole number');
  assertCount('runs', runs, { least: 1 });
  assertCount('maxSteps', maxSteps, { least: 1 });
  assertWord('strategy', strategy, ['uniform', 'pct']);
}

/** A number of things. */
export function assertCount(
  option: string,
  value: unknown,
  { least = 0, orInfinity = false }: { readonly least?: number; readonly orInfinity?: boolean },
): void {
  if (value === undefined || (orInfinity && value === Infinity)) return;
  if (Number.isSafeInteger(value) && Number(value) >= least) return;
  throw optionError(option, value, `it must be a whole number from ${least} up${orInfinity ? ', or Infinity' : ''}`);
}

export function assertFunction(option: string, value: unknown, what: string, isNeeded = false): void {
  if (typeof value === 'function' || (value === undefined && !isNeeded)) return;
  throw optionError(option, value, `it must be ${what}`, isNeeded ? 'Give a function.' : undefined);
}

export function assertObject(option: string, value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw optionError(option, value, 'it must be an object', 'Give its members by name.');
}
