// When two imports give the same logic. No actor is started, so no thread is.
import { describe, expect, it } from 'vitest';
import { createBus, createMemoryHost, inThread } from 'troupe';
import * as counter from '../dist/test/fixtures/counter.js';
import { urlOf } from './support/places.ts';

type Counter = typeof counter;
type Options = Parameters<typeof inThread<Counter>>[1];

const logic = (options?: Options) => inThread<Counter>(urlOf('counter'), options).counter;
const logger = () => {};

describe('the same import', () => {
  it.each<[string, () => Options]>([
    ['nothing', () => ({})],
    ['plain data', () => ({ name: 'abacus', daemon: true, snapshots: 'latest' })],
    ['an object of plain data', () => ({ resourceLimits: { stackSizeMb: 4 } })],
    ['a function', () => ({ logger })],
    ['the module at hand', () => ({ local: counter })],
    ['some logic of the module', () => ({ local: { counter: counter.counter } })],
    ['all of it', () => ({ logger, name: 'abacus', local: { counter: counter.counter } })],
  ])('gives the same logic, with options that hold %s', (_, options) => {
    expect(logic(options())).toBe(logic(options()));
  });

  it('is told by what the options say, not how', () => {
    expect(logic({ name: 'abacus', daemon: true })).toBe(logic({ daemon: true, name: 'abacus' }));
    expect(logic({ logger: undefined } as unknown as Options)).toBe(logic());
  });

  it('on a host gives the same logic', async () => {
    await using host = createMemoryHost();
    const options = () => ({ local: { counter: counter.counter } });
    expect(host.import(counter, options()).counter).toBe(host.import(counter, options()).counter);
  });
});

describe('another import', () => {
  it.each<[string, Options, Options]>([
    ['data', { name: 'abacus' }, { name: 'tally' }],
    ['data deeper down', { resourceLimits: { stackSizeMb: 4 } }, { resourceLimits: { stackSizeMb: 5 } }],
    ['a function', { logger }, { logger: () => {} }],
    ['logic', { local: { counter: counter.counter } }, { local: { doubled: counter.doubled } }],
    ['kind of data', { name: '1' }, { name: 1 as unknown as string }],
  ])('gives other logic: %s', (_, left, right) => {
    expect(logic(left)).not.toBe(logic(right));
  });

  it('on another bus or host gives other logic', async () => {
    await using bus = createBus();
    await using other = createBus();
    expect(logic({ bus })).toBe(logic({ bus }));
    expect(logic({ bus })).not.toBe(logic({ bus: other }));
    expect(logic({ bus })).not.toBe(logic());
    await using host = createMemoryHost();
    await using second = createMemoryHost();
    expect(host.import(counter).counter).not.toBe(second.import(counter).counter);
  });
});
