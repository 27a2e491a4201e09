// The arms of troupe: what the benchmarks import into threads.
import { createThreads, settled, type Host, type HostedModule } from 'troupe';
import type { AnyActorRef } from 'xstate';

export type Actors = typeof import('./actors.ts');

export const ACTORS_URL = new URL('./actors.js', import.meta.url);

export interface Hosting {
  readonly host: Host;
  readonly actors: HostedModule<Actors>;
}

/** A host of `size` threads that have loaded the actors. */
export function openThreads(size: number): Hosting {
  const host = createThreads({ size });
  return { host, actors: host.import<Actors>(ACTORS_URL) };
}

/** Counts what an actor has handled since the last call, as its settled snapshot says. */
export function createCount(ref: AnyActorRef): () => Promise<number> {
  let before = 0;
  return async () => {
    const { context } = (await settled(ref)) as { readonly context: { readonly handled: number } };
    const counted = context.handled - before;
    before = context.handled;
    return counted;
  };
}
