// How an actor ended.

/**
 * What became of a watched actor.
 *
 * @remarks
 * `stopped`: it was stopped. `done`: it reached its end and this is its output. `failed`: it threw, or its thread died.
 * `unreachable`: nobody can say, for its machine no longer answers; it may be running still.
 */
export type Down =
  | { readonly type: 'stopped' }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'unreachable' };
