// Why tests of XState's suite fail where actors are hosted, and which do for which reason.
import { readFileSync } from 'node:fs';

/** Each is a consequence of being elsewhere, or of how `hostEverything` puts actors there; none is a fault that could be mended. */
export const REASONS = {
  'same turn':
    'The test sends, starts, stops or moves a clock on, and expects what comes of it before any hop could be taken, mostly on the next line. In the sync mode it passes.',
  'persisted at once':
    'The test persists in the turn in which it sent or started. Its host has not told the state yet, and `getPersistedSnapshot` says so (`NOT_PERSISTED`); `await persist(actor)` waits for it.',
  'a child is read as it is sent to':
    'An observer of the parent reads the snapshot of a hosted child in the very step in which the parent forwarded an event to it.',
  'read by a closure':
    'An action, guard or observer reads by a closure what is on the other side: the ref, which lags a hop, from within the actor; or a counter of the actor, which has gone on when the caller hears of the step. Across a thread there is no such closure.',
  'stopped too late':
    'A parent stops a child while it handles the event by which the child told it of its step. At home that is before the child has ended that step, and what it was still to start is not started; a child elsewhere has ended it.',
  'session ids':
    'The test spells out session ids. Actors below a hosted one bear the address of their node in theirs; and which number is next follows from how many actors were made before, which the hop changes.',
  'order of inspection':
    'XState tells of the first microsteps when an actor is made, before it starts. A hosted actor makes them where it runs, when it starts, so they are told after `xstate.init`.',
  'children before the start':
    'The test takes a child from the snapshot of an actor that has not started, to subscribe to it or to find it in the system. The children that run are made by the host, when it starts.',
  'made when read':
    'The test makes an actor, neither starts nor reads it, and expects that its first actions were evaluated. The first snapshot of a hosted actor is made when somebody reads it.',
  'two selves':
    'The test compares the `self` that an action was given with the ref that it holds, within one realm: on one side it is the actor itself, on the other its ref.',
  'identity of the first snapshot':
    'The test expects the snapshot after the start to be the very object of before. The first comes from the logic at hand, the second from the host.',
};

/** By run and reason: the tests that are known to fail. */
export function readFailures() {
  return JSON.parse(readFileSync(new URL('./failures.json', import.meta.url), 'utf8'));
}

export const describeRun = (hosts, mode) => `${hosts} ${mode}`;

/** The tests that failed, each once: the second of one name in a file is told from the first. */
function failuresOf(tests) {
  const seen = new Map();
  return tests.flatMap((test) => {
    const name = `${test.file.replace('test/', '')}: ${test.name}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return test.error === undefined ? [] : [{ ...test, id: count === 1 ? name : `${name} (${count})` }];
  });
}

/** What failed and is not listed, what is listed and passed, and what failed by its reason. Where only some files ran the others are passed over. */
export function compare(tests, listed, isPart) {
  const failed = new Set(failuresOf(tests).map(({ id }) => id));
  const reasonOf = new Map(Object.entries(listed).flatMap(([reason, ids]) => ids.map((id) => [id, reason])));
  const files = new Set(tests.map(({ file }) => file.replace('test/', '')));
  const byReason = {};
  for (const id of failed) (byReason[reasonOf.get(id) ?? 'not yet explained'] ??= []).push(id);
  return {
    unlisted: [...failed].filter((id) => !reasonOf.has(id)),
    passing: [...reasonOf.keys()].filter((id) => !failed.has(id) && (!isPart || files.has(id.split(': ')[0]))),
    byReason: Object.fromEntries(
      Object.keys({ ...REASONS, ...byReason })
        .filter((reason) => byReason[reason])
        .map((reason) => [reason, byReason[reason]]),
    ),
  };
}
