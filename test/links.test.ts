import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryHost, createMemoryLink, createPortLink, type PortLike } from 'troupe';
import { createWorkerLink } from '../dist/src/links/worker.js';
import { driveEnd, see } from '../dist/test/fixtures/link-end.js';
import { controlEnd, describeLink } from './link.contract.ts';
import { turns } from './support/nodes.ts';

// Threads and processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 20_000 });

const farEnd = new URL('../dist/test/fixtures/link-end.js', import.meta.url);

function startThread(): { readonly worker: Worker; readonly control: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  return { worker: new Worker(farEnd, { workerData: { control: port2 }, transferList: [port2] }), control: port1 };
}

/** A port with only what a browser's has. */
function asInBrowsers(port: MessagePort): PortLike {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener: (type, listener) => port.addEventListener(type, listener),
    removeEventListener: (type, listener) => port.removeEventListener(type, listener),
    start: () => port.start(),
    close: () => port.close(),
  };
}

describeLink({
  name: 'a memory link',
  farCloses: 'completed',
  drains: true,
  open() {
    const [near, far] = createMemoryLink();
    const { port1, port2 } = new MessageChannel();
    driveEnd(far, port2);
    return { near, far: controlEnd(port1) };
  },
});

describeLink({
  name: 'a link over a MessageChannel',
  farCloses: 'completed',
  drains: true,
  open() {
    const channel = new MessageChannel();
    const { port1, port2 } = new MessageChannel();
    driveEnd(createPortLink(channel.port2), port2);
    return { near: createPortLink(channel.port1), far: controlEnd(port1) };
  },
});

describeLink({
  name: 'a link over a port as browsers have it',
  farCloses: 'completed',
  drains: true,
  open() {
    const channel = new MessageChannel();
    const { port1, port2 } = new MessageChannel();
    driveEnd(createPortLink(asInBrowsers(channel.port2)), port2);
    return { near: createPortLink(asInBrowsers(channel.port1)), far: controlEnd(port1) };
  },
});

describeLink({
  name: 'a link to a worker thread',
  farCloses: 'THREAD_DIED',
  drains: false,
  open() {
    const { worker, control } = startThread();
    return { near: createWorkerLink(worker, 'far').link, far: controlEnd(control) };
  },
});

describe('a memory link', () => {
  it('delivers in a later microtask, never while it posts', async () => {
    const [near, far] = createMemoryLink();
    const seen = see(near);
    far.post('one');
    expect(seen.packets).toEqual([]);
    await seen.count(1);
    near.close();
    expect(await seen.ended).toBe('completed');
  });

  it('delivers when its schedule says so', async () => {
    const held: (() => void)[] = [];
    const [near, far] = createMemoryLink({ schedule: (deliver) => held.push(deliver) });
    const seen = see(near);
    far.post('one');
    far.post('two');
    await turns();
    expect(seen.packets).toEqual([]);
    held.shift()?.();
    expect(seen.packets).toEqual(['one']);
    held.shift()?.();
    expect(seen.packets).toEqual(['one', 'two']);
  });
});

describe('a port that no link takes any more is closed, for its other end is somebody’s link', () => {
  it.each([
    ['a memory link', () => createMemoryLink()[0]],
    ['a port link', () => createPortLink(new MessageChannel().port1)],
  ])('by %s that has ended', async (_, open) => {
    const link = open();
    link.close();
    const { port1, port2 } = new MessageChannel();
    const closed = vi.fn<() => void>();
    port1.once('close', closed);
    link.post({ seq: 0, done: 0, frames: [{ port: port2 }] }, [port2]);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  it('by a memory link that breaks before it has delivered it', async () => {
    const [near, far] = createMemoryLink();
    const seen = see(near);
    const { port1, port2 } = new MessageChannel();
    const closed = new Promise((resolve) => port1.once('close', resolve));
    far.post({ seq: 0, done: 0, frames: [{ port: port2 }] }, [port2]);
    far.abort?.(new Error('broken'));
    await closed;
    expect(seen.packets).toEqual([]);
  });
});

describe('a memory link that is refused', () => {
  it.each([
    [{ mode: 'snyc' }, "Cannot take 'snyc' for mode: it must be async or sync. Leave it out for the default.", 'mode'],
    [{ mode: 'toString' }, "Cannot take 'toString' for mode: it must be async or sync.", 'mode'],
    [
      { mode: 'sync', schedule: queueMicrotask },
      "Cannot take 'sync' for mode: schedule says when to deliver. Leave out one of the two.",
      'mode',
    ],
    [{ schedule: 5 }, 'Cannot take 5 for schedule: it must be a function that takes what delivers.', 'schedule'],
  ])('has the option %o, and so is a memory host', (options, text, option) => {
    const refusal: unknown = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(text) as string,
      details: expect.objectContaining({ option }) as object,
    });
    expect(() => createMemoryLink(options as never)).toThrow(refusal);
    expect(() => createMemoryHost(options as never)).toThrow(refusal);
  });
});

describe('a port link', () => {
  it('leaves no listener on its port when it has ended', async () => {
    const { port1, port2 } = new MessageChannel();
    const before = [port1.listenerCount('message'), port1.listenerCount('close')];
    const link = createPortLink(port1);
    const seen = see(link);
    see(createPortLink(port2));
    expect(port1.listenerCount('message')).toBe((before[0] ?? 0) + 1);
    link.close();
    await seen.ended;
    expect([port1.listenerCount('message'), port1.listenerCount('close')]).toEqual(before);
  });
});

describe('a worker link', () => {
  it('leaves no listener on the worker when the thread is gone', async () => {
    const { worker } = startThread();
    const { link, exited } = createWorkerLink(worker, 'far');
    const seen = see(link);
    link.close();
    await exited;
    expect(await seen.ended).toBe('completed');
    expect(['message', 'close', 'exit'].map((event) => worker.listenerCount(event))).toEqual([0, 0, 0]);
  });

  it('tells of a thread that ended before anybody listened', async () => {
    const worker = new Worker('process.exit(3)', { eval: true });
    const { link, exited } = createWorkerLink(worker, 'brief');
    await exited;
    await turns();
    expect(await see(link).ended).toMatchObject({ code: 'THREAD_DIED', details: { thread: 'brief', exitCode: 3 } });
  });

  it('tells an exit, an uncaught error and exhausted memory apart', async () => {
    const ends = async (program: string, resourceLimits = {}) =>
      see(createWorkerLink(new Worker(program, { eval: true, resourceLimits }), 'brief').link).ended;
    expect(await ends('process.exit(4)')).toMatchObject({ code: 'THREAD_DIED', details: { exitCode: 4 } });
    expect(await ends('throw new RangeError("oh")')).toMatchObject({
      code: 'THREAD_DIED',
      message: expect.stringContaining('oh') as string,
      cause: { name: 'RangeError' },
    });
    const hoard = 'const all = []; for (;;) all.push(new Array(1e4).fill(Math.random()));';
    expect(await ends(hoard, { maxOldGenerationSizeMb: 16 })).toMatchObject({ code: 'OUT_OF_MEMORY' });
  });
});

describe('holding the process', () => {
  const links = {
    'a link over a MessageChannel': `
      const { port1, port2 } = new MessageChannel();
      const link = createPortLink(port1);
      createPortLink(port2).packets.subscribe();`,
    'a link to a worker thread': `
      const { Worker } = await import('node:worker_threads');
      const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', { eval: true, execArgv: [] });
      const { createWorkerLink } = await import('./dist/src/links/worker.js');
      const { link } = createWorkerLink(worker, 'far');`,
  };
  // a timer that does not hold the process fires only if something else does
  const program = (open: string, hold: string) => `
    import { createPortLink } from 'troupe';
    ${open}
    link.packets.subscribe();
    ${hold}
    setTimeout(() => { console.log('held'); link.hold(false); }, 30).unref();`;

  async function run(source: string): Promise<string> {
    const node = promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], { timeout: 30_000 });
    return (await node).stdout.trim();
  }

  for (const [name, open] of Object.entries(links)) {
    it(`lets the process go at first: ${name}`, async () => {
      expect(await run(program(open, ''))).toBe('');
    });
    it(`holds it until it is let go: ${name}`, async () => {
      expect(await run(program(open, 'link.hold(true);'))).toBe('held');
    });
  }
});
