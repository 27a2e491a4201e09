// Simulated runs, one for each seed. A seed that failed runs alone with `SEED=123`; `SEEDS=5000` hunts longer.
import { createSimulation, type Simulation, type SimulationOptions } from 'troupe/testing';
import { isTroupeError } from 'troupe';
import { between, pick, type Random } from '../../soak/random.ts';
import { rejectionOf } from './observing.ts';

/** The first so many seeds, those that found something, and one that no run has had before. */
export function seeds(count: number, ...found: readonly number[]): readonly number[] {
  const { SEED, SEEDS } = process.env;
  if (SEED !== undefined) return [Number(SEED)];
  const fresh = 1_000_000 + Math.floor(Math.random() * 2 ** 31);
  return [...Array.from({ length: Number(SEEDS ?? count) }, (_, index) => index + 1), ...found, fresh];
}

/** What a run is made of. */
export interface Run extends Simulation {
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  pick<T>(values: readonly T[]): T;
  /** Whether something of this probability happens. */
  happens(probability: number): boolean;
  /** Notes a violation, unless it holds. */
  must(holds: boolean, what: string): void;
  /** Notes a violation, unless these are the same as JSON. */
  mustBe(actual: unknown, expected: unknown, what: string): void;
  /** Lets up to so many milliseconds pass. */
  pause(most: number): Promise<void>;
}

/** Runs a test's body in a simulation of this seed; what it opened on the bus is closed in the end. Gives what was violated. */
export async function simulate(
  seed: number,
  body: (run: Run) => Promise<void>,
  options: Omit<SimulationOptions, 'seed'> = {},
): Promise<readonly string[]> {
  const trace = process.env['TRACE'] ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
  // XState warns of each event for an actor that has ended, and there are thousands
  using _quiet = silence();
  await using simulation = createSimulation({ seed, ...(trace && { trace }), ...options });
  const violations: string[] = [];
  const must: Run['must'] = (holds, what) => void (holds || violations.push(what));
  const random: Random = simulation.random;
  const run: Run = Object.assign(Object.create(simulation) as Simulation, {
    between: (least: number, most: number) => between(random, least, most),
    pick: <T>(values: readonly T[]) => pick(random, values),
    happens: (probability: number) => random() < probability,
    must,
    mustBe(actual: unknown, expected: unknown, what: string) {
      const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
      must(found === wanted, `${what}: ${found} and not ${wanted}`);
    },
    pause: (most: number) => simulation.advance(random() * most),
  });
  await simulation.run(() => body(run));
  await simulation.run(() => simulation.bus.close());
  // nothing of what is closed waits for anything, or goes on
  const rest = await rejectionOf(simulation.run(() => new Promise(() => {}), { timeout: 120_000 }));
  if (!isTroupeError(rest, 'SIMULATION_AT_REST')) throw rest;
  await simulation.close();
  return violations;
}

function silence(): Disposable {
  const { warn } = console;
  console.warn = () => {};
  return { [Symbol.dispose]: () => void (console.warn = warn) };
}
