// Tells what happens in systems of actors, as records. For now only which roots there are: it stands in until the tap is there.
import type { AnyActorRef, AnyEventObject, InspectionEvent } from 'xstate';
import { RECORDING_VERSION, type ActorKey, type InspectorRecord, type RecordingHeader } from './records.ts';

export interface Collector {
  readonly inspect: (event: InspectionEvent) => void;
  adopt(root: AnyActorRef): void;
  look(take: (records: readonly InspectorRecord[]) => void): () => void;
  send(actor: ActorKey, event: AnyEventObject): void;
  readonly header: RecordingHeader;
  close(): void;
}

export function createCollector(options: { title?: string; redact?: (key: string) => boolean }): Collector {
  const roots = new Map<ActorKey, AnyActorRef>();
  let take: ((records: readonly InspectorRecord[]) => void) | undefined;
  const adopt = (root: AnyActorRef) => {
    if (roots.has(root.sessionId)) return;
    roots.set(root.sessionId, root);
    take?.([told(root)]);
  };
  return {
    inspect: ({ actorRef }) => adopt(actorRef as AnyActorRef),
    adopt,
    look(given) {
      take = given;
      given([...roots.values()].map(told));
      return () => {
        take = undefined;
      };
    },
    send: (actor, event) => roots.get(actor)?.send(event),
    header: {
      troupe: 'recording',
      version: RECORDING_VERSION,
      epoch: 0,
      node: 'main@1',
      title: options.title ?? 'program',
    },
    close() {},
  };
}

const told = (root: AnyActorRef): InspectorRecord => ({
  type: 'actor',
  at: Date.now(),
  actor: root.sessionId,
  id: root.id,
  node: 'main@1',
  kind: 'machine',
});
