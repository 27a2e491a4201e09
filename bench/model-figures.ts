// One workload of the model checker, in a process of its own: prints its figures as JSON, or fails if what was counted is not what is known.
import { model, type Logics, type ModelOptions } from 'troupe/testing';
import { createSearch } from '../src/testing/model/search.ts';
import { lessonOfDemo3 } from '../test/fixtures/systems/demo-3.ts';
import { paxos } from '../test/fixtures/systems/paxos.ts';
import { lesson, statesOf } from '../test/fixtures/systems/students.ts';
import { twoPhaseCommit } from '../test/fixtures/systems/two-phase-commit.ts';
import { searchNaively, type Searched } from './naive-search.ts';

export interface ModelFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly least?: number;
  readonly most?: number;
  readonly note?: string;
}

type AnyOptions = ModelOptions<Logics, unknown>;

/** How many states the plain search looks at: its rate does not change much with more. */
const NAIVE_STATES = 8000;
const WALKS = 40_000;

const workloads: Record<string, () => ModelFigure[]> = {
  /** Nine students, three rounds: speed, room, and how the plain search fares on the same. */
  students() {
    const options = lesson(9, 3) as unknown as AnyOptions;
    const naive = secondsOf(() => searchNaively(options as Searched, NAIVE_STATES));
    const naiveRate = naive.result.states / naive.seconds;
    collect();
    const before = memoryInUse();
    const search = createSearch(options, { maxStates: Infinity });
    const { seconds } = secondsOf(() => search.run());
    collect();
    const bytes = memoryInUse() - before;
    const { states, generated } = search.progress();
    check('states', states, statesOf(9, 3));
    check('steps', generated, 3_659_347);
    return [
      { what: '9 students, 3 rounds', value: states / seconds, unit: 'states/s', least: 250_000 },
      { what: '  steps', value: generated / seconds, unit: 'steps/s' },
      { what: '  room, all states held', value: bytes / states, unit: 'bytes/state', most: 160 },
      { what: '  a plain search with transition(), same model, same process', value: naiveRate, unit: 'states/s' },
      { what: '  ratio', value: states / seconds / naiveRate, unit: '×' },
    ];
  },

  /** Random walks through the same. */
  walk() {
    const room = model(lesson(9, 3));
    room.simulate({ seed: 1, runs: 1000 });
    const { result: report, seconds } = secondsOf(() => room.simulate({ seed: 2, runs: WALKS }));
    // each run is a whole lesson: three steps a student and round
    check('steps', report.generated, WALKS * 9 * 3 * 3);
    check('violations', report.violations.length, 0);
    return [{ what: 'random walks, 9 students', value: report.generated / seconds, unit: 'steps/s', least: 3_000_000 }];
  },

  /** The first call of a new process. */
  cold() {
    const began = performance.now();
    const { result, seconds } = secondsOf(() => model(lesson(3, 3)).explore());
    const ended = performance.now();
    const { states, generated } = result;
    check('states', states, 160);
    check('steps', generated, 355);
    return [
      { what: '3 students, 3 rounds: the first call of a new process', value: ended - began, unit: 'ms', most: 50 },
      { what: '  in time of the processor, compiling beside it included', value: 1000 * seconds, unit: 'ms' },
      { what: '  from the start of the process', value: ended, unit: 'ms' },
    ];
  },

  paxos() {
    const { result: report, seconds } = secondsOf(() => model(paxos(3)).explore({ maxStates: Infinity }));
    check('states', report.states, 1_194_428);
    check('steps', report.generated, 2_420_477);
    check('violations', report.violations.length, 0);
    const options = paxos(3) as unknown as Searched;
    const naive = secondsOf(() => searchNaively(options, NAIVE_STATES));
    const rate = naive.result.states / naive.seconds;
    return [
      { what: 'Paxos, 3 servers, 3 clients', value: seconds, unit: 's of CPU', most: 5 },
      { what: '  states', value: report.states / seconds, unit: 'states/s' },
      { what: '  a plain search with transition(), same model, same process', value: rate, unit: 'states/s' },
      { what: '  ratio', value: report.states / seconds / rate, unit: '×' },
    ];
  },

  commit() {
    const { result: report, seconds } = secondsOf(() => model(twoPhaseCommit(7)).explore());
    check('states', report.states, 296_448);
    return [
      { what: 'two-phase commit, 7 managers', value: seconds, unit: 's of CPU' },
      { what: '  states', value: report.states / seconds, unit: 'states/s' },
    ];
  },

  /** The real students and the real barrier, with cells. */
  lesson() {
    const { result: report, seconds } = secondsOf(() => model(lessonOfDemo3({ students: 4 })).explore());
    check('states', report.states, 145_395);
    check('violations', report.violations.length, 0);
    return [
      { what: "demo 3's own 4 students and the barrier, proven", value: seconds, unit: 's of CPU' },
      { what: '  states', value: report.states / seconds, unit: 'states/s' },
    ];
  },
};

const run = workloads[process.argv[2] ?? ''];
if (!run) throw new Error(`There is no workload '${process.argv[2]}'. There are ${Object.keys(workloads).join(', ')}.`);
console.log(JSON.stringify(run()));

/** The processor's time, which other programs do not take from it. */
function secondsOf<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

function check(what: string, found: number, known: number): void {
  if (found !== known) throw new Error(`There are ${found} ${what} where ${known} are known.`);
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
