// What a collector tells while a test looks, and how to read it.
import { onTestFinished } from 'vitest';
import { createCollector, type Collector, type CollectorOptions } from '../../dist/src/inspector/collector.js';
import type { InspectorRecord } from '../../dist/src/inspector/records.js';
import { until } from './observing.ts';

export type RecordOf<TType extends InspectorRecord['type']> = Extract<InspectorRecord, { readonly type: TType }>;

export interface Look extends Disposable {
  readonly records: readonly InspectorRecord[];
  readonly batches: readonly (readonly InspectorRecord[])[];
  of<TType extends InspectorRecord['type']>(type: TType): RecordOf<TType>[];
  /** The latest of what was told of the actor of that id. */
  actor(id: string): RecordOf<'actor'> | undefined;
  /** The key of the actor of that id; fails if it was not told of. */
  key(id: string): string;
  steps(id: string): RecordOf<'step'>[];
  /** The snapshots of an actor, read. */
  snapshots(id: string): Record<string, unknown>[];
  /** Waits until something was told. */
  until(label: string, isSo: (look: Look) => boolean): Promise<void>;
  stop(): void;
}

/** A collector that is closed when the test has finished. */
export function openCollector(options: CollectorOptions = {}): Collector {
  const collector = createCollector(options);
  onTestFinished(() => collector.close());
  return collector;
}

export function lookAt(collector: Collector): Look {
  const records: InspectorRecord[] = [];
  const batches: (readonly InspectorRecord[])[] = [];
  const stop = collector.look((batch) => {
    batches.push(batch);
    records.push(...batch);
  });
  const of = <TType extends InspectorRecord['type']>(type: TType) =>
    records.filter((each): each is RecordOf<TType> => each.type === type);
  const actor = (id: string) => of('actor').findLast((each) => each.id === id);
  const key = (id: string) => {
    const found = actor(id);
    if (!found)
      throw new Error(
        `'${id}' was not told of: ${of('actor')
          .map((each) => each.id)
          .join()}`,
      );
    return found.actor;
  };
  const look: Look = {
    records,
    batches,
    of,
    actor,
    key,
    steps: (id) => of('step').filter((each) => each.actor === key(id)),
    snapshots: (id) =>
      of('snapshot')
        .filter((each) => each.actor === key(id))
        .map(({ snapshot }) => JSON.parse(snapshot) as Record<string, unknown>),
    until: (label, isSo) => until(label, () => isSo(look)),
    stop,
    [Symbol.dispose]: stop,
  };
  return look;
}

/** Messages as they were sent, with what is known of their receipt. */
export function messagesOf(look: Look) {
  const received = new Map(look.of('received').map((each) => [each.message, each]));
  return look.of('sent').map((sent) => ({ ...sent, received: received.get(sent.message) }));
}
