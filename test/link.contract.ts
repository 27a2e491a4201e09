// What every link must do, run against each kind by links.test.ts. The far end is driven over a control port, so that it may be in a thread.
import type { MessagePort } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from 'troupe';
import { createEcho, packetWith, portIn, see, sendThrough, type Commands } from '../dist/test/fixtures/link-end.js';
import { turns } from './support/nodes.ts';

/** The far end of a link; `ended` also resolves if nothing is left of the realm that it is in. */
export type FarEnd = {
  readonly [Name in keyof Commands]: (
    ...args: Parameters<Commands[Name]>
  ) => Promise<Awaited<ReturnType<Commands[Name]>>>;
};

export interface Ends {
  readonly near: Link;
  readonly far: FarEnd;
}

export interface LinkKind {
  readonly name: string;
  open(): Ends;
  /** What the near end sees when the far end closes: `completed`, or the code of its error. */
  readonly farCloses: string;
  /** Whether `close` lets arrive what was posted before. To end a thread is to end it at once. */
  readonly drains: boolean;
}

const text = (seq: number) => `{"seq":${seq},"frames":[]}`;
const numbered = (count: number) => Array.from({ length: count }, (_, seq) => text(seq));

export function describeLink({ name, open, farCloses, drains }: LinkKind): void {
  describe(`the contract: ${name}`, () => {
    const start = (): Ends => {
      const ends = open();
      onTestFinished(() => ends.near.close());
      return ends;
    };

    it('carries packets both ways in the order posted', async () => {
      const { near, far } = start();
      const seen = see(near);
      for (const packet of numbered(3)) near.post(packet);
      await far.post(numbered(5));
      expect(await far.packets(3)).toEqual(numbered(3));
      await seen.count(5);
      expect(seen.packets).toEqual(numbered(5));
    });

    it('keeps what is posted before the far end listens', async () => {
      const { near, far } = start();
      for (const packet of numbered(4)) near.post(packet);
      await far.seen();
      near.post(text(4));
      expect(await far.packets(5)).toEqual(numbered(5));
    });

    it('keeps what is posted before the near end listens', async () => {
      const { near, far } = start();
      await far.post(numbered(4));
      await turns();
      await far.post([text(4)]);
      const seen = see(near);
      await seen.count(5);
      expect(seen.packets).toEqual(numbered(5));
    });

    it('carries ten thousand packets in order, both ways at once', async () => {
      const { near, far } = start();
      const seen = see(near);
      const posted = far.postMany(10_000);
      for (const packet of numbered(10_000)) near.post(packet);
      await posted;
      expect(await far.packets(10_000)).toEqual(numbered(10_000));
      await seen.count(10_000);
      expect(seen.packets).toEqual(numbered(10_000));
    });

    it('carries a packet as it was when it was posted', async () => {
      const { near, far } = start();
      const bytes = new Uint8Array([1, 2, 3]);
      const tree = { map: new Map([['bytes', bytes]]), list: [1] };
      near.post({ seq: 0, frames: [{ type: 'event', to: 'x', tagged: tree }] });
      bytes[0] = 9;
      tree.list.push(2);
      const [packet] = (await far.packets(1)) as [{ readonly frames: readonly { readonly tagged: unknown }[] }];
      expect(packet.frames[0]?.tagged).toEqual({ map: new Map([['bytes', new Uint8Array([1, 2, 3])]]), list: [1] });
    });

    it('shares shared memory', async () => {
      const { near, far } = start();
      const seen = see(near);
      const shared = new Int32Array(new SharedArrayBuffer(4));
      await far.post([{ seq: 0, frames: [{ type: 'event', to: 'x', tagged: shared }] }]);
      await seen.count(1);
      const [packet] = seen.packets as readonly { readonly frames: readonly { readonly tagged: Int32Array }[] }[];
      Atomics.store(shared, 0, 7);
      expect(packet?.frames[0]?.tagged[0]).toBe(7);
    });

    it('moves a port to the far end', async () => {
      const { near, far } = start();
      const echo = createEcho();
      near.post(...packetWith(echo));
      expect(await far.throughPort('out and back')).toBe('out and back');
    });

    it('moves a port to the near end', async () => {
      const { near, far } = start();
      const seen = see(near);
      await far.postPort();
      await seen.count(1);
      expect(await sendThrough(portIn(seen.packets[0]), 'back and out')).toBe('back and out');
    });

    it('carries large packets whole, as text and as bytes', async () => {
      const { near, far } = start();
      const seen = see(near);
      const long = JSON.stringify({ seq: 0, frames: ['é'.repeat(4 << 20)] });
      const bytes = new Uint8Array(8 << 20).map((_, index) => index * 31);
      near.post(long);
      near.post({ seq: 1, frames: [bytes] });
      const arrived = (await far.packets(2)) as [string, { readonly frames: readonly [Uint8Array] }];
      expect(arrived[0] === long).toBe(true);
      expect(Buffer.compare(arrived[1].frames[0], bytes)).toBe(0);
      await far.post([long]);
      await seen.count(1);
      expect(seen.packets[0] === long).toBe(true);
    });

    it('ends on both sides when the near end closes', async () => {
      const { near, far } = start();
      const seen = see(near);
      await far.subscribe();
      near.close();
      expect(await seen.ended).toBe('completed');
      expect(await far.ended()).toBe(true);
    });

    it('ends on both sides when the far end closes', async () => {
      const { near, far } = start();
      const seen = see(near);
      await far.subscribe();
      void far.close();
      const end = await seen.ended;
      expect(end === 'completed' ? end : (end as { readonly code: string }).code).toBe(farCloses);
      expect(await far.ended()).toBe(true);
    });

    it('does nothing when it is posted to or closed after the end', async () => {
      const { near, far } = start();
      const seen = see(near);
      await far.post(numbered(1));
      await seen.count(1);
      near.close();
      await seen.ended;
      near.post(text(1));
      near.post(...packetWith(createEcho()));
      near.close();
      near.hold(true);
      near.hold(false);
      await far.ended();
      await turns();
      expect(seen.packets).toEqual(numbered(1));
    });

    // a thread that is closed is ended at once
    if (!drains) return;

    it('lets arrive what was posted before it was closed', async () => {
      const { near, far } = start();
      const seen = see(near);
      await far.subscribe();
      for (const packet of numbered(100)) near.post(packet);
      near.close();
      near.post(text(100));
      expect(await far.ended()).toBe(true);
      expect(await far.packets(100)).toEqual(numbered(100));
      await seen.ended;
    });

    it('tells what was posted, and the end, to a far end that listens only afterwards', async () => {
      const { near, far } = start();
      see(near);
      for (const packet of numbered(3)) near.post(packet);
      near.close();
      await turns();
      await far.subscribe();
      expect(await far.ended()).toBe(true);
      expect(await far.packets(3)).toEqual(numbered(3));
    });
  });
}

/** Turns the control port of an end into calls. */
export function controlEnd(port: MessagePort): FarEnd {
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  let gone = false;
  port.on('message', ({ id, result }: { readonly id: number; readonly result: unknown }) => waiting.get(id)?.(result));
  const close = (): void => {
    gone = true;
    for (const resolve of waiting.values()) resolve(true);
  };
  port.on('close', close);
  onTestFinished(() => port.close());
  return new Proxy({} as FarEnd, {
    get:
      (_, name) =>
      (...args: readonly unknown[]) =>
        new Promise((resolve) => {
          if (gone) return resolve(true);
          waiting.set((last += 1), resolve);
          port.postMessage({ id: last, name, args });
        }),
  });
}
