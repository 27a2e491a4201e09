// What troupe's inspector costs: events into a machine that nobody can look at, that nobody looks at any more, and that somebody looks at; of one on a
// host the processor time of its node, of one here all of it, and what is done here about what a host tells.
import { createMemoryHost, settled, type MemoryHost } from 'troupe';
import { createActor, type AnyActorRef } from 'xstate';
import { createCollector } from '../../src/inspector/collector.ts';
import * as actors from '../actors.ts';
import { TARGETS } from '../constants.ts';
import { createHeldLink, ticks } from '../held-link.ts';
import { createCount } from '../hosted.ts';
import type { Arm, Round, Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'inspected',
  unit: 'µs',
  meaning:
    'an event handled by a machine that is not inspected, that was looked at before (asleep), or that is looked at: on its host, here, or here for one on a host; each cost is a looked-at one with less one that is not inspected.',
  comparisons: [
    { arm: 'there', floor: 'there' },
    { arm: 'there, asleep', floor: 'there', target: TARGETS.inspectedAsleep },
    { arm: 'there, looked at', floor: 'there' },
    { arm: 'cost there', floor: 'cost there', target: TARGETS.inspected },
    { arm: 'here', floor: 'here' },
    { arm: 'here, asleep', floor: 'here', target: TARGETS.inspectedAsleep },
    { arm: 'here, looked at', floor: 'here' },
    { arm: 'cost here', floor: 'cost here', target: TARGETS.inspected },
    { arm: 'cost here of there', floor: 'cost here of there' },
  ],
  async open() {
    return {
      arms: [
        armOf('there', openThere('plain')),
        armOf('there, asleep', openThere('asleep')),
        armOf('there, looked at', openThere('looked at')),
        costOf('cost there', openThere, ({ seconds }) => seconds),
        armOf('here', openHere('plain')),
        armOf('here, asleep', openHere('asleep')),
        armOf('here, looked at', openHere('looked at')),
        costOf('cost here', openHere, ({ seconds }) => seconds),
        costOf('cost here of there', openThere, ({ caller }) => caller),
      ],
    };
  },
};

type How = 'plain' | 'asleep' | 'looked at';

interface Spent extends Round {
  /** What the caller has spent on what it was told. */
  readonly caller: number;
}

interface Inspected {
  run(size: number): Promise<Spent>;
  close?(): Promise<unknown>;
}

const armOf = (name: string, inspected: Inspected): Arm => ({ name, ...inspected });

/** What it takes to look, beside one that is not inspected. */
function costOf(name: string, open: (how: How) => Inspected, what: (spent: Spent) => number): Arm {
  const plain = open('plain');
  const lookedAt = open('looked at');
  return {
    name,
    async run(size) {
      const without = await plain.run(size);
      const spent = await lookedAt.run(size);
      return { seconds: what(spent) - what(without), counted: spent.counted };
    },
    close: () => Promise.all([plain.close?.(), lookedAt.close?.()]),
  };
}

function openThere(how: How): Inspected {
  const link = createHeldLink();
  const host: MemoryHost = createMemoryHost({ schedule: link.schedule });
  const look = openLook(how);
  const ref: AnyActorRef = createActor(host.import(actors).pinger, look.options).start();
  const count = createCount(ref);
  return {
    async run(size) {
      await settled(ref);
      await look.begin();
      link.hold();
      for (let number = 0; number < size; number += 1) ref.send({ type: 'PING', number });
      await ticks();
      let begin = process.cpuUsage();
      await link.release();
      const seconds = secondsSince(begin);
      begin = process.cpuUsage();
      link.open();
      const counted = await count();
      const caller = secondsSince(begin);
      await look.end(size);
      return { seconds, counted, caller };
    },
    close: () => host.close(),
  };
}

function openHere(how: How): Inspected {
  const look = openLook(how);
  const ref = createActor(actors.pinger, look.options).start();
  return {
    async run(size) {
      await look.begin();
      const before = ref.getSnapshot().context.handled;
      const begin = process.cpuUsage();
      for (let number = 0; number < size; number += 1) ref.send({ type: 'PING', number });
      const seconds = secondsSince(begin);
      await look.end(size);
      return { seconds, counted: ref.getSnapshot().context.handled - before, caller: 0 };
    },
  };
}

/** Looks while a round runs, or has looked before it does. */
function openLook(how: How) {
  if (how === 'plain') return { options: {}, begin: async () => {}, end: async () => {} };
  const collector = createCollector();
  let received = 0;
  let stop: (() => void) | undefined;
  const look = () =>
    collector.look((records) => {
      for (const { type } of records) if (type === 'received') received += 1;
    });
  return {
    options: { inspect: collector.inspect },
    async begin() {
      received = 0;
      stop = look();
      await told();
      if (how === 'asleep') stop();
      await told();
    },
    async end(size: number) {
      await told();
      stop?.();
      const due = how === 'asleep' ? 0 : size;
      if (received !== due) throw new Error(`who looks was told of ${received} of ${due}`);
    },
  };
}

/** Until hosts have heard of a wish, and what they have told is here. */
async function told(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
}

function secondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000_000;
}
