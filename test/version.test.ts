// The version of a machine: what counts as a change of it, and what does not.
import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, setup, type AnyActorLogic } from 'xstate';
import { versionOf } from '../dist/src/version.js';

/** Made anew each time, as in two bundles of one source. */
const make = (change: object = {}) =>
  setup({ actions: { ring: () => {} }, actors: { work: fromPromise(async () => 1) } }).createMachine({
    id: 'it',
    context: { made: Math.random(), kept: [] },
    initial: 'a',
    states: {
      a: { entry: ['ring', assign({ made: () => Math.random() })], on: { GO: ['b', 'c'] }, after: { 1000: 'b' } },
      b: { invoke: { src: 'work', onDone: { target: 'c', guard: () => true } } },
      c: { type: 'final' },
    },
    ...change,
  } as never);

describe('the version of a machine', () => {
  it('is the same for two bundles of one source', () => {
    expect(versionOf(make())).toMatch(/^[\da-f]{16}$/);
    expect(versionOf(make())).toBe(versionOf(make()));
  });

  it.each([
    [
      'the order of keys',
      { states: { c: { type: 'final' }, b: {}, a: {} } },
      { states: { a: {}, b: {}, c: { type: 'final' } } },
    ],
    ['what a context is made with', { context: { x: 1 } }, { context: { x: 2 } }],
    ['what a function does', { entry: () => 1 }, { entry: () => 2 }],
    ['what is for people', { description: 'old' }, { description: 'new' }],
    ['what is not there', { entry: undefined }, {}],
    ['what has a class', { meta: { at: new Date(1) } }, { meta: { at: new Date(2) } }],
  ])('does not depend on %s', (_, left, right) => {
    expect(versionOf(make(left))).toBe(versionOf(make(right)));
  });

  it.each([
    ['a state', { states: { a: {}, b: {}, d: {} } }],
    ['a target', { states: { a: { on: { GO: 'c' } }, b: {}, c: {} } }],
    ['the order of transitions', { on: { X: ['.a', '.b'] } }, { on: { X: ['.b', '.a'] } }],
    ['a delay', { after: { 1: '.a' } }, { after: { 2: '.a' } }],
    ['the kind of a value', { meta: { x: '1' } }, { meta: { x: 1 } }],
    ['where a text ends', { tags: ['a', 'b'] }, { tags: ['a,b'] }],
    ['the name of an action', { entry: 'ring' }, { entry: 'rang' }],
    ['the keys of a context', { context: { x: 1 } }, { context: { y: 1 } }],
    [
      'a state that bears the name of what counts less',
      { states: { a: { initial: 'context', states: { context: { tags: 'x' } } } } },
      { states: { a: { initial: 'context', states: { context: { tags: 'y' } } } } },
    ],
  ])('depends on %s', (_, left: object, right: object = {}) => {
    expect(versionOf(make(left))).not.toBe(versionOf(make(right)));
  });

  it('does not depend on what was provided to it', () => {
    const machine = make();
    expect(versionOf(machine.provide({ actions: { ring: () => 1 } }))).toBe(versionOf(machine));
  });

  it('can be told of a config that holds itself', () => {
    const meta: Record<string, unknown> = {};
    meta['self'] = meta;
    expect(versionOf(createMachine({ meta }))).toMatch(/^[\da-f]{16}$/);
  });

  it('is none of what is no machine', () => {
    expect(versionOf(fromPromise(async () => 1) as AnyActorLogic)).toBeUndefined();
    expect(versionOf(undefined)).toBeUndefined();
  });
});
