// The timeouts and signals of everything that waits.
import { describe, expect, it } from 'vitest';
import { createActor, fromTransition, type AnyActorRef } from 'xstate';
import { ask, createMemoryHost, createThreads, settled, started } from 'troupe';
import { rejectionOf } from './support/observing.ts';
import { urlOf } from './support/places.ts';
import { run } from './support/run.ts';

const counter = fromTransition(
  (count: number, _: { readonly type: 'ADD'; readonly replyTo: AnyActorRef }) => count + 1,
  0,
);

describe('a timeout', () => {
  it.each([
    [Number.NaN, 'NaN'],
    [-1, '-1'],
    ['5', "'5'"],
    [null, 'null'],
    [{}, '[object Object]'],
  ])('is refused if it is no number of milliseconds: %s', async (value, given) => {
    using actor = run(counter);
    const timeout = value as number;
    const refused = {
      code: 'INVALID_ARGUMENT',
      message: `Cannot wait ${given} ms: timeout must be a number of milliseconds from 0 up. Give Infinity to wait without a deadline.`,
    };
    expect(await rejectionOf(settled(actor, undefined, { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(started(actor, { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(ask(actor, (replyTo) => ({ type: 'ADD', replyTo }), { timeout }))).toMatchObject(refused);
    await using host = createMemoryHost();
    expect(await rejectionOf(host.close({ timeout }))).toMatchObject(refused);
    // and it is as open as before
    expect(() => host.import({ counter })).not.toThrow();
  });

  it('of a host that is closed may be Infinity: then it waits for what was sent', async () => {
    const lines: unknown[] = [];
    const threads = createThreads({ size: 1, logger: (line: unknown) => lines.push(line) });
    const { labourer } = threads.import<typeof import('./fixtures/programs/labourer.ts')>(urlOf('programs/labourer'));
    const actor = createActor(labourer).start();
    await started(actor);
    for (const milliseconds of [30, 20]) actor.send({ type: 'WORK', milliseconds });
    await threads.close({ timeout: Infinity });
    expect(lines).toEqual(['worked 30 ms', 'worked 20 ms']);
  });
});

describe('a signal', () => {
  it.each([[null], ['stop'], [{}], [new AbortController()]])(
    'is refused if it is no AbortSignal: %s',
    async (value) => {
      using actor = run(counter);
      const signal = value as unknown as AbortSignal;
      const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('is no AbortSignal') as string };
      expect(await rejectionOf(settled(actor, undefined, { signal }))).toMatchObject(refused);
      expect(await rejectionOf(started(actor, { signal }))).toMatchObject(refused);
    },
  );
});
