// The groups of actors that are declared to be symmetric, checked: what can be seen before anything is explored.
import type { AnyActorLogic } from 'xstate';
import { TroupeError } from '../../../errors.ts';
import { versionOf } from '../../../version.ts';

type Entry = AnyActorLogic | { readonly logic: AnyActorLogic };

/** What of a model's options has to do with symmetry. */
export interface SymmetryOptions {
  readonly actors: Readonly<Record<string, Entry>>;
  readonly symmetric?: readonly (readonly string[])[];
  readonly mayFail?: true | readonly string[];
  readonly crash?: { readonly who?: readonly string[] };
  readonly eventually?: Readonly<Record<string, unknown>>;
}

/**
 * The places of the actors of each group, smallest first; none where there is nothing to gain. Throws `INVALID_ARGUMENT` for a group that cannot be one.
 *
 * @remarks
 * Where something is claimed to come to hold in the end there are none: a cycle of states that stand for others need not be one that a run can follow.
 */
export function symmetricGroups(options: SymmetryOptions): number[][] {
  const { actors, symmetric = [], mayFail, crash, eventually = {} } = options;
  const names = Object.keys(actors);
  const taken = new Set<string>();
  const groups: number[][] = [];
  for (const group of symmetric) {
    for (const name of group) {
      if (!names.includes(name)) {
        throw refusal(
          group,
          `there is no actor '${name}': the actors are ${quoted(names)}`,
          'Name actors of the model.',
        );
      }
      if (taken.has(name)) {
        throw refusal(group, `'${name}' is named more than once`, 'Name each actor once, in one group.');
      }
      taken.add(name);
    }
    const [first, ...others] = group;
    if (first === undefined) continue;
    for (const other of others) {
      if (!isAlike(logicOf(actors[first] as Entry), logicOf(actors[other] as Entry))) {
        const mend = 'Give them the very same logic, and what differs as input.';
        throw refusal(group, `'${first}' and '${other}' have different logic`, mend);
      }
      for (const [option, list] of [
        ['mayFail', mayFail],
        ['crash.who', crash?.who],
      ] as const) {
        if (!Array.isArray(list) || list.includes(first) === list.includes(other)) continue;
        const [named, unnamed] = list.includes(first) ? [first, other] : [other, first];
        const mend = 'Name all of a group there, or none.';
        throw refusal(group, `'${option}' names '${named}' and not '${unnamed}'`, mend);
      }
    }
    if (others.length > 0) groups.push(group.map((name) => names.indexOf(name)).toSorted((one, other) => one - other));
  }
  return Object.keys(eventually).length > 0 ? [] : groups;
}

const logicOf = (entry: Entry): AnyActorLogic => ('logic' in entry ? entry.logic : entry);

/** Two machines may be made by one function. */
function isAlike(one: AnyActorLogic, other: AnyActorLogic): boolean {
  const version = versionOf(one);
  return one === other || (version !== undefined && version === versionOf(other));
}

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

function refusal(group: readonly string[], why: string, mend: string): TroupeError {
  return new TroupeError('INVALID_ARGUMENT', `Cannot take ${quoted(group)} as 'symmetric': ${why}. ${mend}`, {
    details: { option: 'symmetric', group },
  });
}
