// How an actor ended that its own node has let go of: remembered while somebody may still come to watch it, and not longer.
import { describe, expect, it } from 'vitest';
import { createMachine, setup, type AnyMachineSnapshot } from 'xstate';
import { model, type ModelOptions } from 'troupe/testing';
import type { Logics } from '../dist/src/testing/model/options.js';
import { sourcesOf } from '../dist/src/testing/model/node/mentioned.js';
import { watching } from 'troupe';
import { hospital } from './support/live-systems.ts';
import { spaceOf } from './support/rehearsing.ts';
import { actionsOf, possibleIn } from '../dist/src/testing/model/trace/schedule.js';
import type { Words } from '../dist/src/testing/model/space/space.js';

const options = hospital as ModelOptions<Logics>;
const heardAfter = (schedule: string, name = 'visitor'): unknown => {
  const last = model(options).replay(schedule).steps.at(-1);
  const world = last?.world as unknown as Record<string, AnyMachineSnapshot> | undefined;
  return (world?.[name]?.context as { readonly heard: unknown } | undefined)?.heard;
};
const toVisitor = 'u:clinic:ADMIT u:clinic:SHOW clinic>visitor';

describe('the end of a child', () => {
  it('is told to whoever watches it while it comes about', () => {
    expect(heardAfter(`${toVisitor} u:visitor:COME u:clinic:HEAL d:visitor/watch`)).toBe('done well');
    expect(heardAfter(`${toVisitor} u:visitor:COME u:clinic:FAIL d:visitor/watch`)).toContain('lost');
    expect(heardAfter(`${toVisitor} u:visitor:COME u:clinic:DISMISS d:visitor/watch`)).toBe('stopped');
  });

  it('is told to whoever begins to watch it later, its own node, too', () => {
    expect(heardAfter(`${toVisitor} u:clinic:HEAL u:clinic:ADMIT u:visitor:COME d:visitor/watch`)).toBe('done well');
    expect(heardAfter(`${toVisitor} u:clinic:FAIL u:visitor:RETURN visitor>clinic d:clinic/watch`, 'clinic')).toContain(
      'lost',
    );
  });

  it('is forgotten with the last who speaks of it: the state is the one that it was before', () => {
    const space = spaceOf(options);
    const after = (schedule: string): Words => {
      let state = space.initial;
      for (const code of actionsOf(space, schedule))
        state = possibleIn(space, state).find((each) => each.code === code)?.next ?? state;
      return state;
    };
    const healed = after(`${toVisitor} u:clinic:HEAL`);
    expect([...(space.configurationOf(healed, 'clinic').ends ?? [])]).toEqual([
      ['clinic/kid', { type: 'done', output: 'well' }],
    ]);
    expect(after(`${toVisitor} u:clinic:HEAL u:visitor:FORGET`)).toEqual(space.initial);
    // nobody ever spoke of it
    expect(after('u:clinic:ADMIT u:clinic:HEAL')).toEqual(space.initial);
  });

  it('makes no space infinite', () => {
    const { complete, states } = model({
      ...options,
      stimuli: {
        clinic: ['ADMIT', 'SHOW', 'HEAL'].map((type) => ({ type })),
        visitor: ['COME', 'LEAVE', 'FORGET'].map((type) => ({ type })),
      },
      within: (_, { inFlight }) => inFlight.length < 2,
    }).explore();
    expect({ complete, states }).toEqual({ complete: true, states: 586 });
  });

  it('is not remembered where nobody could ever watch', () => {
    const eye = setup({ actors: { watching } }).createMachine({});
    expect(sourcesOf([createMachine({})]).mayWatch).toBe(false);
    expect(sourcesOf([eye]).mayWatch).toBe(true);
    expect(sourcesOf([setup({ actors: { eye } }).createMachine({})]).mayWatch).toBe(true);
    expect(sourcesOf([createMachine({ invoke: { src: watching } })]).mayWatch).toBe(true);
  });
});
