// What is drawn by the numbers of a seed.
export { createRandom } from '../src/testing/random.ts';

export interface Random {
  /** From 0 to below 1. */
  (): number;
}

/** A whole number from `least` to `most`. */
export const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
}

/** One of the names, each as likely as its weight says. */
export function pickWeighted<TName extends string>(random: Random, weights: Readonly<Record<TName, number>>): TName {
  const entries = Object.entries(weights) as [TName, number][];
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return pick(random, entries)[0];
}
