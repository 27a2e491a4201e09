// Small systems of plain nodes whose numbers of states are known.
import type { EventObject } from 'xstate';
import type { PlainNode } from './plain-nodes.ts';

/** Students who work and then wait for each other at a barrier, round after round. */
export function plainLesson(students: number, rounds: number): Record<string, PlainNode> {
  const names = Array.from({ length: students }, (_, index) => `s${index}`);
  interface Student {
    readonly round: number;
    readonly isWaiting: boolean;
  }
  const student: PlainNode = {
    start: { state: { round: 1, isWaiting: false }, timers: ['work'] },
    on({ round, isWaiting }: Student, { type }) {
      if (type === 'work') {
        return { state: { round, isWaiting: true }, sends: [['barrier', { type: 'ARRIVE' }]] };
      }
      if (!isWaiting) return undefined;
      if (round === rounds) return { state: { round, isWaiting: false }, status: 'done' };
      return { state: { round: round + 1, isWaiting: false }, timers: ['work'] };
    },
  };
  const named = (me: string): PlainNode => ({
    ...student,
    on(state, event, circumstances) {
      const next = student.on?.(state, event, circumstances);
      return (
        next && { ...next, sends: (next.sends ?? []).map(([to, sent]) => [to, { ...sent, from: me } as EventObject]) }
      );
    },
  });
  return {
    ...Object.fromEntries(names.map((name) => [name, named(name)])),
    barrier: {
      start: { state: [] },
      on(arrived: string[], event) {
        const now = [...arrived, (event as EventObject & { from: string }).from].toSorted();
        if (now.length < students) return { state: now };
        return { state: [], sends: names.map((name) => [name, { type: 'RELEASE' }]) };
      },
    },
  };
}

/** One asks and the other answers, each with the number it got; up to `most`. */
export function pingPong(): Record<string, PlainNode> {
  const sent = (event: EventObject): number => (event as EventObject & { number: number }).number;
  return {
    pinger: {
      start: { state: 0, sends: [['ponger', { type: 'PING', number: 0 } as EventObject]] },
      on: (count: number, event) =>
        sent(event) === count
          ? { state: count + 1, sends: [['ponger', { type: 'PING', number: count + 1 } as EventObject]] }
          : undefined,
    },
    ponger: {
      start: { state: 0 },
      on: (count: number, event) =>
        sent(event) === count
          ? { state: count + 1, sends: [['pinger', { type: 'PONG', number: count } as EventObject]] }
          : undefined,
    },
  };
}
