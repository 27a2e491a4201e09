// What happens in a program, as records: gathered from the systems of all roots that were made with `inspect`, and from all threads that they reach, while somebody looks.
// Who begins to look is first told all that is there. While nobody looks, XState tells nobody and threads record nothing. Whatever the program holds or throws
// is told, and never disturbs it.
import type { AnyActorRef, AnyEventObject, InspectionEvent } from 'xstate';
import type { Bus } from '../bus.ts';
import { TroupeError } from '../errors.ts';
import { assertNotReserved } from '../forged.ts';
import { currentBus } from '../realm.ts';
import { now, runLater } from '../surroundings.ts';
import { assertSeams } from '../xstate.ts';
import { isSecret, rememberRedacted, type Redact } from './redact.ts';
import { RECORDING_VERSION, type ActorKey, type InspectorRecord, type RecordingHeader } from './records.ts';
import { createRoots } from './roots.ts';
import { openSession, type Session } from './session.ts';

export interface Collector {
  /** What a user gives to createActor. XState calls it for the root's first event; then it sleeps until somebody looks. */
  readonly inspect: (event: InspectionEvent) => void;
  /** Looks at the system of an actor that runs already. */
  adopt(root: AnyActorRef): void;
  /**
   * Begins to record for `take`, first all that is there now; the records come in batches, each at most 50 ms old. One at a time; ends when the
   * returned function is called.
   */
  look(take: (records: readonly InspectorRecord[]) => void): () => void;
  /** Sends an event to an actor that was told of; throws if it is unknown. Only called where `allowSend` is set. */
  send(actor: ActorKey, event: AnyEventObject): void;
  readonly header: RecordingHeader;
  close(): void;
}

export interface CollectorOptions {
  readonly bus?: Bus;
  readonly title?: string;
  /** Whether what a key names is not to be told; keys that sound like secrets unless told otherwise. */
  readonly redact?: Redact;
  /** Runs a task after some milliseconds, unless the returned function is called before. */
  readonly schedule?: (task: () => void, delay: number) => () => void;
  /** The machine's monotonic clock, in milliseconds. */
  readonly clock?: () => number;
}

export function createCollector({
  bus = currentBus(),
  title = titleOf(),
  redact = isSecret,
  schedule = runLater,
  clock = now,
}: CollectorOptions = {}): Collector {
  assertSeams();
  const start = clock();
  const epoch = Date.now();
  const numbering = { next: 1 };
  const redacted = rememberRedacted(redact);
  let session: Session | undefined;
  let isClosed = false;
  const roots = createRoots((root) => session?.tap(root));
  const end = () => {
    session?.end();
    session = undefined;
  };
  return {
    inspect: roots.inspect,
    adopt: roots.add,
    look(take) {
      if (session)
        throw new TroupeError(
          'INVALID_ARGUMENT',
          'Cannot look twice at once: somebody looks already. End that, or share what it is told.',
        );
      if (isClosed) return () => {};
      const opened = openSession({ bus, start, clock, schedule, numbering, redact: redacted, take });
      session = opened;
      opened.begin(roots.living());
      return () => {
        if (session === opened) end();
      };
    },
    send(actor, event) {
      const ref = session?.refOf(actor);
      if (!ref)
        throw new TroupeError(
          'ACTOR_DOWN',
          `Cannot send to '${actor}': no actor of that key is running. Choose one that is.`,
          { details: { actor } },
        );
      assertNotReserved(event, actor);
      ref.send(event);
    },
    get header(): RecordingHeader {
      return { troupe: 'recording', version: RECORDING_VERSION, epoch, node: bus.address, title };
    },
    close() {
      isClosed = true;
      end();
    },
  };
}

/** The file of the program, for people. */
function titleOf(): string {
  const [, script = ''] = globalThis.process?.argv ?? [];
  return script.split(/[\\/]/).at(-1) || 'troupe';
}
