// What an actor elsewhere puts out in a step is done here in its name: what it emits, tells its parent, logs and sends, the names that it gives, and what
// inspectors are shown of the system that runs there.
import type { AnyActorRef, AnyEventObject } from 'xstate';
import { addressOf } from './address.ts';
import { markRemote } from './errors.ts';
import { faultOf } from './forged.ts';
import type { InspectionRecord } from './inspection-records.ts';
import { createInspectedSystem, type InspectedSystem } from './inspected.ts';
import type { Line } from './line.ts';
import { tellLifeOver } from './lives.ts';
import type { Mirror } from './mirror.ts';
import { hearName, type NameChange } from './names.ts';
import { sendAs, stampOf, type TakeInspected } from './taps.ts';
import type { Output } from './wire.ts';
import { emit, loggerOf, parentOf, relay, statusOf } from './xstate.ts';

export interface Outputs {
  perform(output: Output<unknown>, from: Line): void;
  /** Somebody inspects who must be told what others know already. */
  retell(newcomer: TakeInspected): void;
  /** Nobody inspects any more. */
  hide(): void;
}

export interface OutputOptions {
  /** Where `log` goes; the actor's own logger if there is none. */
  readonly logger: ((...args: unknown[]) => void) | undefined;
  /** Sends an event to another actor of the system that runs there. */
  sendTo(sessionId: string, event: AnyEventObject): void;
}

/** Another life follows on one that failed. */
interface LifeOver {
  readonly error: unknown;
  readonly next: number;
}

export function createOutputs(mirror: Mirror, { logger, sendTo }: OutputOptions): Outputs {
  const { actor, bus, local } = mirror;
  const clock = () => stampOf(bus).at;
  /** What is shown of the system of each life, until it is gone. */
  const inspected = new Map<Line, InspectedSystem>();
  /** The number of the life over there, as far as it was told. */
  const lives = new WeakMap<Line, number>();
  return {
    perform,
    retell(newcomer) {
      // of a life before nothing is there any more
      if (mirror.line) inspected.get(mirror.line)?.retell(newcomer);
    },
    hide() {
      for (const each of inspected.values()) each.end();
    },
  };

  function perform(output: Output<unknown>, from: Line): void {
    switch (output.type) {
      case 'emit':
        if (isSound(output.body, actor)) emit(actor, output.body);
        return;
      case 'parent': {
        const parent = parentOf(actor);
        if (!parent || !isSound(output.body, parent)) return;
        if (output.seen) sendAs(bus, output.body, output.seen);
        relay(actor, parent, output.body);
        return;
      }
      case 'log':
        try {
          (logger ?? loggerOf(actor))(...(output.body as unknown[]));
        } catch (error) {
          // a logger that throws fails an actor that logs at home, too
          mirror.fail(error);
        }
        return;
      case 'name':
        // a life that is over has no names any more
        if (from === mirror.line) hearName(actor, output.body as NameChange);
        return;
      case 'life':
        if (from === mirror.line && statusOf(actor) === 'running') hearLifeOver(output.body as LifeOver, from);
        return;
      case 'send':
        bus.deliver(output.to, output.body, output.seen, from.address);
        return;
      case 'inspect':
        inspectedAt(from).take(output.body as readonly InspectionRecord[]);
    }
  }

  /** The actor has failed over there, and its supervisor there gives it another life. */
  function hearLifeOver({ error, next }: LifeOver, from: Line): void {
    // after a loss it is told once more
    if (next <= (lives.get(from) ?? 0)) return;
    lives.set(from, next);
    markRemote(error, actor.id, from.route.node);
    tellLifeOver(actor, error);
  }

  /** What comes as an event is one, and not one that XState would believe; else it is buried. */
  function isSound(event: unknown, receiver: AnyActorRef): event is AnyEventObject {
    const reason = faultOf(event);
    if (reason) bus.bury({ reason, target: addressOf(bus.address, receiver.sessionId), count: 1 });
    return !reason;
  }

  function inspectedAt(from: Line): InspectedSystem {
    let system = inspected.get(from);
    if (!system) {
      const opened = createInspectedSystem({ actor, local, node: from.route.node, clock, send: sendTo });
      inspected.set(from, (system = opened));
      void forgetInspected(from, opened);
    }
    return system;
  }

  async function forgetInspected(from: Line, system: InspectedSystem): Promise<void> {
    await from.gone;
    inspected.delete(from);
    system.end();
  }
}
