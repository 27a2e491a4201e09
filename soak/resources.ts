// What a process holds: memory after garbage collection, threads, and whatever keeps its event loop alive.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// they are opened when they are first used, and stay
for (const stream of [process.stdout, process.stderr]) stream.write('');
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects garbage, and gives the heap that is used then. */
export function collectGarbage(): number {
  for (let round = 0; round < 3; round += 1) gc();
  return process.memoryUsage().heapUsed;
}

export interface Resources {
  /** Threads, also those that keep nothing alive. */
  readonly workers: number;
  /** What keeps the event loop alive, by type. */
  readonly active: ReadonlyMap<string, number>;
}

/** After some turns of the event loop, in which what is closing has closed. */
export async function resourcesNow(): Promise<Resources> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const active = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) active.set(type, (active.get(type) ?? 0) + 1);
  const report = process.report.getReport() as unknown as { readonly workers?: readonly unknown[] };
  return { workers: report.workers?.length ?? 0, active };
}
