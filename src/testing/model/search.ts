// An exploration of a model with all that is told of it: it goes on in pieces, so that others can act meanwhile, and says at any time what is known so far.
import type { Logics, ModelOptions, Scene, World } from './options.ts';
import type { Report, Violation } from './report.ts';
import type { ExploreOptions, Progress } from './system.ts';
import type { Trace } from './trace.ts';

/** An exploration that can be gone on with. */
export interface Search {
  /** Goes on, for so many milliseconds or to its end; says whether it has ended. */
  run(milliseconds?: number): boolean;
  /** Ends it where it is. */
  abort(): void;
  /** How many states were found so far. */
  count(): number;
  /** How many violations were found so far, of one kind or of all that are found on the way. */
  findings(kind?: Violation['kind']): number;
  progress(): Progress;
  /** A state by its number, the initial one being 0; valid until the next call. */
  show(index: number): { readonly world: World<Logics>; readonly scene: Scene<unknown> };
  /** The shortest way to a state. */
  traceTo(index: number, about: { readonly kind: string; readonly claim: string }): Trace<Logics, unknown>;
  /** The shortest way to a step at which an event is dropped. */
  traceToUnhandled(): Trace<Logics, unknown> | undefined;
  /** What a state says against a claim. */
  violationAt(
    index: number,
    about: { readonly kind: Violation['kind']; readonly claim: string },
    thrown: { readonly error?: unknown },
  ): Violation<Logics, unknown>;
  /** What is known so far. */
  report(): Report<Logics, unknown>;
}

export function createSearch(_options: ModelOptions<Logics, unknown>, _limits: ExploreOptions): Search {
  throw new Error('TODO');
}
