// A made-up recording of a school as large as one likes: students on four threads who pass numbers on, in the records that a collector would make of it. The same
// place in it holds the same, so that whoever shows it can be asked whether all of it came.
import type {
  InspectorRecord,
  RecordingHeader,
  StateDefinition,
  TransitionDefinition,
} from '../src/inspector/records.ts';

export const HEADER: RecordingHeader = {
  troupe: 'recording',
  version: 1,
  epoch: Date.UTC(2026, 0, 1, 9),
  node: 'main@1',
  title: 'school',
};

/** The type of the last message's event, which nothing else has. */
export const LAST = 'SCHOOL_IS_OVER';

const THREADS = 4;

export interface School {
  /** What is there before the first message. */
  readonly opening: readonly InspectorRecord[];
  /** The records of the messages from one number to before another; each takes a millisecond. */
  messages(from: number, to: number, options?: { readonly last?: boolean }): InspectorRecord[];
}

/** A school with so many students. */
export function createSchool(students = 24): School {
  const node = (student: number) => `school-${(student % THREADS) + 1}@1`;
  const key = (student: number) => `${node(student)}/x:${Math.floor(student / THREADS)}`;
  const opening: InspectorRecord[] = [
    { type: 'node', at: 0, node: 'main@1', up: true },
    ...Array.from({ length: THREADS }, (_, thread) => ({
      type: 'node' as const,
      at: 0,
      node: `school-${thread + 1}@1`,
      up: true,
    })),
    { type: 'machine', at: 0, machine: 'student-1', definition: { id: 'student', root: studentRoot() } },
    ...Array.from({ length: students }, (_, student) => ({
      type: 'actor' as const,
      at: 0,
      actor: key(student),
      id: `student-${student}`,
      node: node(student),
      machine: 'student-1',
      kind: 'machine' as const,
    })),
  ];
  return {
    opening,
    messages(from, to, { last = false } = {}) {
      const records: InspectorRecord[] = [];
      for (let message = from; message < to; message += 1) {
        const isLast = last && message === to - 1;
        // neighbours in turn, over all threads
        const sender = (message * 7) % students;
        const receiver = (sender + 1 + (message % 5)) % students;
        const at = message + 1;
        const event = isLast ? LAST : message % 2 === 0 ? 'HOLD_THIS' : 'PASS_IT_ON';
        records.push(
          { type: 'sent', at, message, from: key(sender), to: key(receiver), event, body: `{"number":${message}}` },
          { type: 'received', at: at + 0.3, message, done: at + 0.4 },
          {
            type: 'step',
            at: at + 0.4,
            actor: key(receiver),
            event,
            message,
            value: message % 2 === 0 ? 'holding' : 'idle',
            transitions: [{ source: message % 2 === 0 ? 'student.idle' : 'student.holding', event }],
          },
        );
        // ten a second each, of which a message a millisecond leaves so many
        if (message % 10 === 0) {
          const snapshot = JSON.stringify({
            status: 'active',
            context: { name: `student-${receiver}`, kept: [message, message + 1] },
          });
          records.push({ type: 'snapshot', at: at + 0.4, actor: key(receiver), snapshot });
        }
        if (message % 500 === 0) {
          for (let thread = 1; thread <= THREADS; thread += 1) {
            const delay = { p50: 0.1, p99: 1 + (message % 7), max: 3 + (message % 11) };
            records.push({ type: 'gauges', at, node: `school-${thread}@1`, delay, busy: 0.4, heap: 20_000_000 });
          }
        }
      }
      return records;
    },
  };
}

function studentRoot(): StateDefinition {
  return state('student', 'student', {
    type: 'compound',
    initial: 'student.idle',
    states: [
      state('student.idle', 'idle', { transitions: [go('student.idle', 'HOLD_THIS', 'student.holding')] }),
      state('student.holding', 'holding', { transitions: [go('student.holding', 'PASS_IT_ON', 'student.idle')] }),
    ],
  });
}

function state(id: string, key: string, rest: Partial<StateDefinition>): StateDefinition {
  const none = { tags: [], entry: [], exit: [], invoke: [], transitions: [], states: [] };
  return { id, key, type: 'atomic', ...none, ...rest };
}

function go(source: string, event: string, target: string): TransitionDefinition {
  return { source, event, label: event, targets: [target], actions: [], reenter: false };
}
