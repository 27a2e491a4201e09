// A hosted machine that fails while actors run below it: XState leaves these running, and here nobody could ever reach or stop them.
import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, setup } from 'xstate';
import { ask, createMemoryHost, settled, watch, type AnyRecipient } from 'troupe';

const kid = setup({}).createMachine({});
const boom = () => {
  throw new Error('boom');
};

describe('a hosted machine that fails', () => {
  it('is over for everybody at once, also while actors of its own are hosted elsewhere', async () => {
    await using inner = createMemoryHost({ name: 'inner' });
    await using outer = createMemoryHost({ name: 'outer' });
    const head = setup({
      types: { events: {} as { type: 'BOOM' } | { type: 'ASK'; replyTo: AnyRecipient } },
      actors: { kid: inner.import({ kid }).kid },
    }).createMachine({ invoke: { src: 'kid', id: 'kid' }, on: { BOOM: { actions: boom } } });
    const actor = createActor(outer.import({ head }).head).start();
    await settled(actor);
    const child = watch(actor.getSnapshot().children['kid'] as AnyRecipient);
    const reply = ask(actor, (replyTo) => ({ type: 'ASK', replyTo }), { timeout: Infinity });
    const waits = [settled(actor), reply].map((wait) => wait.catch(String));
    const down = watch(actor);
    actor.send({ type: 'BOOM' });
    expect(await Promise.all(waits)).toEqual(['Error: boom', 'Error: boom']);
    expect(await down).toMatchObject({ type: 'failed', error: { message: 'boom' } });
    expect(await child).toEqual({ type: 'stopped' });
  });

  it('leaves nothing running that it had started', async () => {
    await using host = createMemoryHost();
    let running = 0;
    const beat = fromCallback(() => {
      running += 1;
      return () => void (running -= 1);
    });
    const head = setup({ actors: { beat, kid } }).createMachine({
      invoke: [
        { src: 'beat', id: 'beat' },
        { src: 'kid', id: 'kid' },
      ],
      on: { BOOM: { actions: boom } },
    });
    const actor = createActor(host.import({ head }).head).start();
    const { children } = await settled(actor);
    expect(running).toBe(1);
    const child = watch(children['kid'] as AnyRecipient);
    actor.send({ type: 'BOOM' });
    await expect(settled(actor)).rejects.toThrow('boom');
    expect(await child).toEqual({ type: 'stopped' });
    expect(running).toBe(0);
  });
});
