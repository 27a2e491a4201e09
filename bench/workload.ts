// What a workload is, and how it is measured: every round runs each arm once, in turns that rotate, so that what disturbs the
// machine disturbs all arms; a ratio is the median of the ratios within the rounds. An arm whose receiver counted anything but
// the work that was given fails the whole workload, and no figure of it is made.
import type { Scale, WorkloadName } from './constants.ts';
import { medianOf, quantileOf } from './quantiles.ts';
import type { Row, Target, Unit } from './rows.ts';

export interface Arm {
  readonly name: string;
  /** Does `size` units of work. */
  run(size: number): Promise<Round>;
  close?(): Promise<unknown>;
}

export interface Round {
  readonly seconds: number;
  /** How many units of work the receiver says that it has done in this round. */
  readonly counted: number;
}

export interface Comparison {
  readonly arm: string;
  readonly floor: string;
  readonly target?: Target;
}

export interface Description {
  readonly name: WorkloadName;
  readonly unit: Unit;
  /** What one unit of work is, and from when to when it is timed. */
  readonly meaning: string;
  readonly comparisons: readonly Comparison[];
}

export interface Workload extends Description {
  /** Gives the arms, or says why there are none; arms that cannot run here are in `missing`, with the reason. */
  open(options: WorkloadOptions): Promise<Opened>;
}

export interface WorkloadOptions {
  readonly smoke: boolean;
  /** The folder of the Python originals. */
  readonly seed: string | undefined;
}

export interface Opened {
  readonly arms: readonly Arm[];
  readonly missing?: Readonly<Record<string, string>>;
}

/** What one process has measured: plain data, which it gives to its parent. */
export interface Measured {
  readonly workload: Description;
  /** By arm, a value for each round; the rounds of all arms correspond. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly missing: Readonly<Record<string, string>>;
  /** The units of work of each arm, which its receiver has counted. */
  readonly counted: number;
}

/** Runs all rounds of a workload. */
export async function measure(
  { open, ...workload }: Workload,
  { size, rounds, warmUps }: Scale,
  options: WorkloadOptions,
): Promise<Measured> {
  const { arms, missing = {} } = await open(options);
  const values = Object.fromEntries(arms.map((arm) => [arm.name, [] as number[]]));
  try {
    for (let round = -warmUps; round < rounds; round += 1) {
      const first = (round + warmUps) % arms.length;
      for (const arm of [...arms.slice(first), ...arms.slice(0, first)]) {
        const { seconds, counted } = await arm.run(size);
        assertCounted(workload, arm, size, counted);
        if (round >= 0) values[arm.name]?.push(valueOf(workload.unit, size, seconds));
      }
    }
  } finally {
    await Promise.all(arms.map(async (arm) => arm.close?.()));
  }
  return { workload, values, missing, counted: size * rounds };
}

/** The rows of a workload, from all rounds of all the processes that have measured it. */
export function rowsOf(processes: readonly [Measured, ...Measured[]]): Row[] {
  const [{ workload, missing }] = processes;
  const counted = processes.reduce((sum, each) => sum + each.counted, 0);
  const pooled = (arm: string) =>
    missing[arm] === undefined ? processes.flatMap(({ values }) => values[arm] ?? []) : undefined;
  return workload.comparisons.map((comparison) => rowOf(workload, comparison, pooled, missing, counted));
}

/** Times a piece of work. */
export async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

function assertCounted(workload: Description, arm: Arm, size: number, counted: number): void {
  if (counted === size) return;
  throw new Error(
    `'${workload.name}' is not measured: '${arm.name}' was given ${size} and its receiver counted ${counted}.`,
  );
}

function valueOf(unit: Unit, size: number, seconds: number): number {
  if (unit === 'events/s') return size / seconds;
  return (seconds * (unit === 'µs' ? 1_000_000 : 1000)) / size;
}

function rowOf(
  { name: workload, unit, meaning }: Description,
  { arm, floor, target }: Comparison,
  valuesOf: (arm: string) => readonly number[] | undefined,
  missing: Readonly<Record<string, string>>,
  counted: number,
): Row {
  const own = valuesOf(arm);
  const beside = valuesOf(floor);
  const head = { workload, arm, unit } as const;
  const tail = { meaning, ...(target ? { target } : {}) };
  const reason = missing[arm] ?? missing[floor];
  const figures = own ? { median: medianOf(own), p10: quantileOf(own, 0.1), p90: quantileOf(own, 0.9) } : NO_FIGURES;
  const skipped = reason === undefined ? {} : { skipped: reason };
  const verified = own ? counted : 0;
  if (!own || !beside)
    return {
      ...head,
      ...figures,
      floor,
      ratio: null,
      ratioP10: null,
      ratioP90: null,
      counted: verified,
      ...tail,
      ...skipped,
    };
  const ratios = own.map((value, round) => value / (beside[round] ?? Number.NaN));
  return {
    ...head,
    ...figures,
    floor,
    ratio: medianOf(ratios),
    ratioP10: quantileOf(ratios, 0.1),
    ratioP90: quantileOf(ratios, 0.9),
    counted,
    ...tail,
  };
}

const NO_FIGURES = { median: null, p10: null, p90: null } as const;
