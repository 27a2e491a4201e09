// Gathering the persisted snapshots of hosted actors from their hosts, each of which gathers first what is hosted below it in turn. Over a road that
// delivers at once the answers are there when `gather` returns.
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import type { Bus } from './bus.ts';
import type { Encoded } from './codec.ts';
import { withExtra, type Persisted } from './blob.ts';
import { childrenOf, describeDelays } from './delays.ts';
import { mirrorOf, type Mirror } from './mirror.ts';
import { keepPersisted, withAnswers } from './persisted.ts';
import { versionOf } from './version.ts';
import { statusOf } from './xstate.ts';

export interface GatherOptions {
  /** Whether delayed events are told, too. */
  readonly delays: boolean;
  /** Given what takes back the requests that are under way. */
  atEnd?(takeBack: () => void): void;
  /** All have answered that could: `read` runs with their answers, whatever has happened since. */
  done(read: <T>(read: () => T) => T): void;
  /** One could not be persisted. */
  failed(error: unknown): void;
}

/** Asks the hosts of an actor, or of all that are hosted below it, until none is left that was not asked. */
export function gather(actor: AnyActorRef, { delays, atEnd, done, failed }: GatherOptions): void {
  const answers = new Map<Mirror, Persisted>();
  const asked = new Set<Mirror>();
  let hasFailed = false;
  askRest();

  function askRest(): void {
    // what was spawned meanwhile must be asked too
    const rest = hostedIn(actor).filter((mirror) => !asked.has(mirror) && canAnswer(mirror));
    if (rest.length === 0) done((read) => withAnswers(answers, read));
    let missing = rest.length;
    for (const mirror of rest) {
      asked.add(mirror);
      const takeBack = mirror.line?.persist(delays, (answer) => {
        missing -= 1;
        if (hasFailed) return;
        if (answer && 'error' in answer) {
          hasFailed = true;
          failed(answer.error);
          return;
        }
        if (answer) {
          answers.set(mirror, answer.persisted);
          keepPersisted(mirror, answer.persisted);
        }
        if (missing === 0) askRest();
      });
      if (takeBack) atEnd?.(takeBack);
    }
  }
}

/** The persisted snapshot of an actor that lives here, right now; throws what XState throws, and `NOT_PERSISTED` for a hosted one below it. */
export function persistHere(actor: AnyActorRef, delays: boolean): Persisted {
  const { logic } = actor as AnyActorRef & { readonly logic: AnyActorLogic };
  const persisted = actor.getPersistedSnapshot();
  return withExtra(persisted, versionOf(logic), delays ? describeDelays(actor) : undefined);
}

/** Persists an actor that lives here, and what is hosted below it before; then `ready` is given what encodes the answer, or why there is none. */
export function encodePersisted(
  bus: Bus,
  actor: AnyActorRef,
  delays: boolean,
  ready: (encode: () => Encoded) => void,
): void {
  const encodeError = (error: unknown) => bus.codec.encode({ error });
  gather(actor, {
    delays,
    failed: (error) => ready(() => encodeError(error)),
    done: (withGathered) =>
      ready(() => {
        try {
          return bus.codec.encode({ persisted: withGathered(() => persistHere(actor, delays)) }, 'snapshot');
        } catch (error) {
          return encodeError(error);
        }
      }),
  });
}

const canAnswer = ({ actor, line }: Mirror) => statusOf(actor) === 'running' && line?.state === 'running';

/** The actor itself if it is hosted, else the hosted ones below it; what those have below them is their hosts' to tell. */
function hostedIn(actor: AnyActorRef, seen = new Set<AnyActorRef>()): readonly Mirror[] {
  if (seen.has(actor)) return [];
  seen.add(actor);
  const mirror = mirrorOf(actor);
  if (mirror) return [mirror];
  return Object.values(childrenOf(actor)).flatMap((child) => hostedIn(child, seen));
}
