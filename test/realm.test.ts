// The bus of this realm, and what of XState it stands on.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActor } from 'xstate';
import { createBus, createMemoryHost, currentBus, replaceBus, settled, topic } from 'troupe';
import * as fixtures from '../dist/test/fixtures/counter.js';

describe('the bus of a realm', () => {
  it('is one, made at first use', () => {
    expect(currentBus()).toBe(currentBus());
  });

  it('is replaced for what is made from then on; what was made before keeps its own', async () => {
    const before = currentBus();
    await using old = createMemoryHost({ name: 'old' });
    const early = createActor(old.import(fixtures).counter, { input: { from: 1 } }).start();
    const oldNews: number[] = [];
    const oldTopic = topic<number>('news');
    oldTopic.subscribe((each) => oldNews.push(each));

    const own = createBus({ name: 'test' });
    onTestFinished(() => own.close());
    expect(replaceBus(own)).toBe(before);
    onTestFinished(() => void replaceBus(before));
    expect(currentBus()).toBe(own);
    await using young = createMemoryHost({ name: 'young' });
    const late = createActor(young.import(fixtures).counter, { input: { from: 10 } }).start();
    const news: number[] = [];
    topic<number>('news').subscribe((each) => news.push(each));

    for (const actor of [early, late]) actor.send({ type: 'ADD', amount: 1 });
    expect((await settled([early, late])).map(({ context }) => context)).toEqual([2, 11]);
    oldTopic.next(1);
    topic<number>('news').next(2);
    expect([oldNews, news]).toEqual([[1], [2]]);
  });

  it('is made anew after it was taken away', async () => {
    const before = currentBus();
    onTestFinished(() => void replaceBus(before));
    expect(replaceBus(undefined)).toBe(before);
    const fresh = currentBus();
    onTestFinished(() => fresh.close());
    expect(fresh).not.toBe(before);
    expect(replaceBus(before)).toBe(fresh);
    expect(currentBus()).toBe(before);
  });
});
