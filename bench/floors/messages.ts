// What the floors are posted and post, and the near side of their workers.
import { Worker } from 'node:worker_threads';
import type { TillEvent } from '../actors.ts';

/** Asks how many events were handled in all. */
interface Count {
  readonly type: 'COUNT';
}

interface Ping {
  readonly type: 'PING';
  readonly number: number;
}

interface Add {
  readonly type: 'ADD';
  readonly amount: number;
}

export type RawMessage = Count | Ping | Add;

/** `START` replaces the actor by a new one. */
export type GlueMessage = Count | Ping | Add | TillEvent | { readonly type: 'START' };

export interface GlueData {
  readonly logic: 'pinger' | 'counter' | 'till';
  readonly observed: boolean;
}

export interface FloorWorker<TMessage> {
  readonly worker: Worker;
  post(message: TMessage): void;
  /** How many events it has handled since the last call, which is answered after all that was posted before. */
  count(): Promise<number>;
  /** After its actor was replaced: what was handled counts from nothing again. */
  startOver(): void;
  close(): Promise<number>;
}

export function openRaw(): FloorWorker<RawMessage> {
  return open(new Worker(new URL('./raw.js', import.meta.url)));
}

export function openGlue(logic: GlueData['logic'], { observed = false } = {}): FloorWorker<GlueMessage> {
  const workerData: GlueData = { logic, observed };
  return open(new Worker(new URL('./glue.js', import.meta.url), { workerData }));
}

/** Posts `size` pings, each after the answer to the one before. */
export function pingPong(worker: FloorWorker<Ping>, size: number): Promise<void> {
  return new Promise((resolve) => {
    let number = 0;
    const answered = () => {
      number += 1;
      if (number < size) worker.post({ type: 'PING', number });
      else {
        worker.worker.off('message', answered);
        resolve();
      }
    };
    worker.worker.on('message', answered);
    worker.post({ type: 'PING', number });
  });
}

function open<TMessage>(worker: Worker): FloorWorker<TMessage | Count> {
  let before = 0;
  return {
    worker,
    post: (message) => worker.postMessage(message),
    async count() {
      const handled = await new Promise<number>((resolve) => {
        // snapshots of what was handled before may still be under way
        const answered = (message: { readonly type: string; readonly handled: number }) => {
          if (message.type !== 'COUNTED') return;
          worker.off('message', answered);
          resolve(message.handled);
        };
        worker.on('message', answered);
        worker.postMessage({ type: 'COUNT' } satisfies Count);
      });
      const counted = handled - before;
      before = handled;
      return counted;
    },
    startOver() {
      before = 0;
    },
    close: () => worker.terminate(),
  };
}
