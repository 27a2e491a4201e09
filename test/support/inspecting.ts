// What an inspector was shown, and how to read it.
import type { ActorRefLike, AnyActorRef, InspectionEvent } from 'xstate';

export interface Inspection {
  readonly events: readonly InspectionEvent[];
  readonly inspect: (event: InspectionEvent) => void;
  /** The events about the actor of that id. */
  about(id: string): InspectionEvent[];
  of<TType extends InspectionEvent['type']>(type: TType): Extract<InspectionEvent, { readonly type: TType }>[];
}

/** An inspector that keeps all that it is shown. */
export function createInspection(): Inspection {
  const events: InspectionEvent[] = [];
  return {
    events,
    inspect: (event) => void events.push(event),
    about: (id) => events.filter((each) => refOf(each).id === id),
    of: <TType extends InspectionEvent['type']>(type: TType) =>
      events.filter((each): each is Extract<InspectionEvent, { readonly type: TType }> => each.type === type),
  };
}

/** The actor that an inspection event is about. */
export function refOf(event: InspectionEvent): AnyActorRef {
  return event.actorRef as unknown as AnyActorRef;
}

export const idOf = (ref: ActorRefLike | undefined): string | undefined => (ref as AnyActorRef | undefined)?.id;

interface Transition {
  readonly eventType: string;
  readonly source?: { readonly id: string };
  readonly target?: readonly { readonly id: string }[];
}

/** An inspection event in words: what can be compared between runs, and between places. */
export function describeInspected(event: InspectionEvent): string {
  const who = `${event.type} ${idOf(event.actorRef)}`;
  switch (event.type) {
    case '@xstate.event':
      return `${who} from ${idOf(event.sourceRef)}: ${event.event.type}`;
    case '@xstate.snapshot':
      return `${who}: ${event.event.type} ${stateOf(event.snapshot)}`;
    case '@xstate.microstep':
      return `${who}: ${event.event.type} ${stateOf(event.snapshot)} by ${(event._transitions as readonly Transition[]).map(describeTransition).join()}`;
    case '@xstate.action':
      return `${who}: ${event.action.type} ${event.action.type.startsWith('xstate.') ? '' : JSON.stringify(event.action.params)}`;
    default:
      return who;
  }
}

function describeTransition({ eventType, source, target = [] }: Transition): string {
  return `${source?.id} -${eventType}-> ${target.map(({ id }) => id).join()}`;
}

function stateOf(snapshot: unknown): string {
  const { status, value } = snapshot as { readonly status: string; readonly value?: unknown };
  return `${status} ${JSON.stringify(value)}`;
}
