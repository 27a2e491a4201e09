// One look at a program, from its beginning to its end: what the taps tell becomes records, in batches.
import type { AnyActorRef } from 'xstate';
import type { Bus, DeadLetter } from '../bus.ts';
import { inCausalOrder } from '../causal-order.ts';
import { toldLetter } from '../gauges.ts';
import { stampOf, tapSystem, untapSystem, type TakeInspected } from '../taps.ts';
import { statusOf } from '../xstate.ts';
import { createBatches } from './batches.ts';
import { createCast, type Entry } from './cast.ts';
import { createCells } from './cells.ts';
import { createEndings } from './endings.ts';
import { guarded } from './guarded.ts';
import { holdWeakly } from './held-weakly.ts';
import { openMailboxes } from './mailboxes.ts';
import { createMessages } from './messages.ts';
import { openNodes } from './nodes.ts';
import { createPairing } from './pairing.ts';
import { createPlaces } from './places.ts';
import type { InspectorRecord } from './records.ts';
import type { Redact } from './redact.ts';
import { createSnapshots } from './snapshots.ts';
import { createTelling } from './telling.ts';

export interface Session {
  /** Tells all that is there, and from then on what happens. */
  begin(roots: readonly AnyActorRef[]): void;
  /** Another root has come. */
  tap(root: AnyActorRef): void;
  refOf(key: string): AnyActorRef | undefined;
  end(): void;
}

export interface SessionOptions {
  readonly bus: Bus;
  /** When the recording began. */
  readonly start: number;
  readonly clock: () => number;
  readonly schedule: (task: () => void, delay: number) => () => void;
  /** Messages are numbered through all sessions. */
  readonly numbering: { next: number };
  readonly redact: Redact;
  take(records: readonly InspectorRecord[]): void;
}

type System = AnyActorRef['system'];

export function openSession({ bus, start, clock, schedule, numbering, redact, take }: SessionOptions): Session {
  let isOver = false;
  let unheed: (() => void) | undefined;
  const order = inCausalOrder(bus);
  /** The systems of which all is told. */
  const inside = new WeakSet<System>();
  const tapped = holdWeakly<System>();

  const timeOf = (moment: number) => Math.round((moment - start) * 1000) / 1000;
  const timeNow = () => timeOf(clock());
  const batches = createBatches({ schedule, complete, take });
  const { put } = batches;
  const cast = createCast({ bus, put, entered });
  const places = createPlaces({ cast, holds: batches.holds });
  const cells = createCells(timeNow, put);
  const snapshots = createSnapshots({ cast, redact, clock, put });
  const mailboxes = openMailboxes({ cast, clock: timeNow, put });
  const pairing = createPairing();
  const messages = createMessages({ bus, cast, pairing, numbering, redact, clock: timeNow, timeOf, put });
  const nodes = openNodes({ bus, clock, timeOf, put, tellLetter: messages.tellLetter });
  const endings = createEndings({ cast, pairing, messages, snapshots, mailboxes, nodes, clock: timeNow, inOrder, put });
  const node = bus.address;
  const telling = createTelling({ node, cast, cells, endings, messages, nodes, pairing, snapshots, timeOf, put });

  /** When it began: what waited for its cause then is known already. */
  let begun = -Infinity;
  const show: TakeInspected = (inspected, origin) => {
    if (!isOver && origin.at > begun) guarded(() => telling.show(inspected, origin));
  };

  return {
    begin(roots) {
      begun = stampOf(bus).at;
      nodes.begin();
      for (const { system } of roots) inside.add(system);
      for (const root of roots) telling.family(root, timeNow());
      cells.look(true);
      mailboxes.begin();
      for (const root of roots) tap(root);
      nodes.wish();
      unheed = bus.heed(heed);
      batches.begin();
    },
    tap(root) {
      // it may be being made right now
      tap(root);
      if (statusOf(root) === 'running') telling.family(root, timeNow());
      else guarded(() => cast.enter(root, node, timeNow()));
    },
    refOf: (key) => cast.byKey(key)?.ref,
    end() {
      if (isOver) return;
      snapshots.tick(true);
      batches.end();
      isOver = true;
      for (const system of tapped) untapSystem(system, show);
      unheed?.();
      for (const entry of cast.living) for (const release of entry.release.splice(0)) release();
      nodes.end();
    },
  };

  /** Puts what is due before a batch leaves. */
  function complete(): void {
    places.tell(timeNow());
    messages.resolve();
    snapshots.tick();
    cells.look(true);
    mailboxes.look();
  }

  function tap(root: AnyActorRef): void {
    const { system } = root;
    inside.add(system);
    if (tapSystem(bus, root, show)) tapped.add(system);
  }

  function entered(entry: Entry): void {
    const { ref } = entry;
    entry.isInside = statusOf(ref) === undefined || inside.has(ref.system);
    places.watch(entry);
    endings.watch(entry);
  }

  /** Puts what is known here in among what the taps tell. */
  function inOrder(task: () => void): void {
    order.offer(stampOf(bus), () => {
      if (!isOver) guarded(task);
    });
  }

  function heed(letter: DeadLetter): void {
    // within the call that sent it
    const about = messages.last;
    if (!nodes.isOwn(letter.target)) inOrder(() => messages.tellLetter(toldLetter(letter), timeNow(), about));
  }
}
