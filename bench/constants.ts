// Every size, number of rounds and target of the benchmarks. A workload's name here is its file's name in `workloads/`.

/** One round of an arm does `size` units of work; the first `warmUps` rounds are not counted. */
export interface Scale {
  readonly size: number;
  readonly rounds: number;
  readonly warmUps: number;
  /** How many processes do so, one after the other; their rounds count together. One if not given. */
  readonly processes?: number;
  /** Whether the cores are kept from sleeping meanwhile. */
  readonly awake?: boolean;
}

/** How long two threads take to wake each other depends on whether the system runs them on one core, which it seldom changes in a process. */
const PING_PONG = { rounds: 30, warmUps: 40, processes: 11, awake: true } as const;

export const SCALES = {
  'round-trip': { size: 400, ...PING_PONG },
  'round-trip-observed': { size: 400, ...PING_PONG },
  ask: { size: 200, ...PING_PONG },
  'flood-unobserved': { size: 10_000, rounds: 60, warmUps: 10 },
  'flood-observed': { size: 10_000, rounds: 60, warmUps: 10 },
  machine: { size: 4000, rounds: 60, warmUps: 10 },
  'wide-context': { size: 4000, rounds: 60, warmUps: 10 },
  inspection: { size: 4000, rounds: 40, warmUps: 10 },
  inspected: { size: 4000, rounds: 40, warmUps: 10 },
  'two-threads': { size: 8000, rounds: 40, warmUps: 8 },
  'cold-start': { size: 1, rounds: 20, warmUps: 2 },
  'warm-start': { size: 1, rounds: 200, warmUps: 30 },
  restart: { size: 1, rounds: 200, warmUps: 30 },
  'demo-2': { size: 1, rounds: 7, warmUps: 1 },
  'demo-3': { size: 1, rounds: 7, warmUps: 1 },
} as const satisfies Record<string, Scale>;

export type WorkloadName = keyof typeof SCALES;

export const NAMES = Object.keys(SCALES) as WorkloadName[];

/** What a smoke run does instead: enough to count, too little to measure. */
export const SMOKE: Scale = { size: 16, rounds: 2, warmUps: 0 };

/** A demo or a cold start cannot do less than one. */
export const SMOKE_ONCE: Scale = { size: 1, rounds: 1, warmUps: 0 };

export const TARGETS = {
  roundTripToRaw: { of: 'ratio', most: 1.5 },
  roundTripToGlue: { of: 'ratio', most: 1.15 },
  floodUnobserved: { of: 'ratio', least: 1.8 },
  floodObserved: { of: 'ratio', least: 0.8 },
  machine: { of: 'ratio', least: 0.85 },
  wideContext: { of: 'ratio', most: 1.3 },
  twoThreads: { of: 'ratio', least: 0.8 },
  inspection: { of: 'median', most: 15 },
  inspected: { of: 'median', most: 20 },
  inspectedAsleep: { of: 'ratio', most: 1.1 },
  coldStart: { of: 'ratio', most: 1.5 },
  warmStart: { of: 'median', most: 1 },
  restart: { of: 'median', most: 3 },
  demo: { of: 'ratio', most: 0.5 },
} as const;

/** How long a process of a workload may take, in milliseconds, before it counts as hung. */
export const WORKLOAD_TIMEOUT = 300_000;

/** How many lines a demo prints, in Python and here. */
export const DEMO_LINES = { 'demo-2': 15, 'demo-3': 47 } as const;

/** A Python original that exits before all was said is run again. */
export const PYTHON_ATTEMPTS = 5;
