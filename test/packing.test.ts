import { describe, expect, it } from 'vitest';
import { createOutbox } from '../dist/src/packing.js';
import { parsePacket } from '../dist/src/wire.js';

type Frame = Parameters<ReturnType<typeof createOutbox>['push']>[0];

const event = (to: string, body: unknown): Frame => ({ type: 'event', to, body: JSON.stringify(body) });
const stop: Frame = { type: 'stop', to: 'a', from: 'b@1/2' };
const raw = (to: string, ...bytes: readonly number[]): Frame => ({
  type: 'event',
  to,
  body: { tree: new Uint8Array(bytes), raw: true },
});

function start() {
  const posted: { readonly packet: unknown; readonly transfer: readonly unknown[] }[] = [];
  const outbox = createOutbox({
    post: (packet, transfer) => posted.push({ packet, transfer }),
    progress: () => ({ done: 0 }),
    immediate: false,
  });
  const packets = () => posted.map(({ packet }) => parsePacket(packet));
  const frames = () => packets().flatMap((packet) => packet.frames);
  return { outbox, posted, packets, frames };
}

/** The end of this tick. */
const tickEnd = () => Promise.resolve();

describe('packing', () => {
  it('posts once a tick, when the tick ends', async () => {
    const { outbox, posted } = start();
    outbox.push(event('a', 1));
    outbox.push(stop);
    outbox.push(event('b', 2));
    expect(posted).toEqual([]);
    await tickEnd();
    expect(posted.length).toBe(1);
    await tickEnd();
    expect(posted.length).toBe(1);
    outbox.push(event('a', 3));
    await tickEnd();
    expect(posted.length).toBe(2);
  });

  it('posts when a packet holds 128 events, and the rest when the tick ends', async () => {
    const { outbox, packets, posted } = start();
    for (let index = 0; index < 300; index += 1) {
      outbox.push(event('a', index));
      expect(posted.length).toBe(Math.floor((index + 1) / 128));
    }
    await tickEnd();
    const runs = packets().map((packet) => packet.frames.map((frame) => frame['events']));
    const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
    expect(runs).toEqual([[count(0, 128)], [count(128, 256)], [count(256, 300)]]);
  });

  it('counts frames that are no plain events towards the 128', () => {
    const { outbox, packets } = start();
    for (let index = 0; index < 64; index += 1) {
      outbox.push(event('a', index));
      outbox.push(stop);
    }
    expect(packets().map((packet) => packet.frames.length)).toEqual([128]);
  });

  it('makes one frame of a run of plain events for one actor, and of nothing else', async () => {
    const { outbox, frames } = start();
    outbox.push(event('a', 1));
    outbox.push(event('a', { two: 2 }));
    outbox.push(event('b', 3));
    outbox.push(event('a', 4));
    outbox.push(stop);
    outbox.push(event('a', 5));
    await tickEnd();
    expect(frames()).toEqual([
      { type: 'events', to: 'a', events: [1, { two: 2 }] },
      { type: 'events', to: 'b', events: [3] },
      { type: 'events', to: 'a', events: [4] },
      stop,
      { type: 'events', to: 'a', events: [5] },
    ]);
  });

  it('keeps the order of frames, whether text or not', async () => {
    const { outbox, posted, frames } = start();
    outbox.push(event('a', 'text'));
    outbox.push(raw('a', 1, 2));
    outbox.push(event('a', 'again'));
    outbox.push({ type: 'event', to: 'a', body: { tree: { $: 'date', data: 0 }, raw: false } });
    await tickEnd();
    expect(typeof posted[0]?.packet).toBe('object');
    expect(frames()).toEqual([
      { type: 'events', to: 'a', events: ['text'] },
      { type: 'event', to: 'a', tagged: new Uint8Array([1, 2]) },
      { type: 'events', to: 'a', events: ['again'] },
      { type: 'event', to: 'a', tagged: { $: 'date', data: 0 } },
    ]);
  });

  it('is text again after a packet that was not', async () => {
    const { outbox, posted } = start();
    outbox.push(raw('a', 1));
    await tickEnd();
    outbox.push({ type: 'event', to: 'a', body: { tree: { $: 'date', data: 0 }, raw: false } });
    await tickEnd();
    expect(posted.map(({ packet }) => typeof packet)).toEqual(['object', 'string']);
  });

  it('gives each frame the next number, across packets', async () => {
    const { outbox, packets } = start();
    outbox.push(event('a', 1));
    outbox.push(event('b', 2));
    outbox.push(raw('a', 1));
    await tickEnd();
    outbox.push(event('a', 1));
    outbox.push(event('a', 2));
    await tickEnd();
    outbox.push(raw('a', 1));
    await tickEnd();
    expect(packets().map(({ seq, frames }) => [seq, frames.length])).toEqual([
      [0, 3],
      [3, 1],
      [4, 1],
    ]);
  });

  it('posts at once when told to, and nothing twice', async () => {
    const { outbox, posted, packets } = start();
    outbox.flush();
    outbox.push({ type: 'goodbye' });
    outbox.flush();
    outbox.flush();
    await tickEnd();
    expect(posted.length).toBe(1);
    expect(packets()).toEqual([{ seq: 0, done: 0, frames: [{ type: 'goodbye' }] }]);
  });

  it('moves ports with the packet whose frame holds them', async () => {
    const { outbox, posted } = start();
    const { port1, port2 } = new MessageChannel();
    outbox.push(event('a', 1));
    outbox.push({ type: 'introduction', for: 'a@1', node: 'b@1', port: port1 }, [port1]);
    await tickEnd();
    outbox.push(event('a', 2));
    await tickEnd();
    expect(posted.map(({ transfer }) => transfer)).toEqual([[port1], []]);
    port2.close();
  });

  it('packs steps as a run, and one that put something out by itself, as text where it can', async () => {
    const { outbox, posted, frames } = start();
    outbox.push({ type: 'step', to: 'a', out: [], body: '{"n":1}' });
    outbox.push({ type: 'step', to: 'a', out: [], body: '{"n":2}' });
    outbox.push({ type: 'step', to: 'a', merged: true, out: [{ type: 'emit', body: '{"type":"E"}' }] });
    await tickEnd();
    outbox.push({
      type: 'step',
      to: 'a',
      out: [
        { type: 'log', body: '"said"' },
        { type: 'send', to: 'b@1/2', body: { tree: new Uint8Array([7]), raw: true } },
      ],
      body: '{"n":3}',
    });
    await tickEnd();
    expect(posted.map(({ packet }) => typeof packet)).toEqual(['string', 'object']);
    expect(frames()).toEqual([
      { type: 'steps', to: 'a', steps: [{ n: 1 }, { n: 2 }] },
      { type: 'step', to: 'a', merged: true, out: [{ type: 'emit', body: { type: 'E' } }] },
      {
        type: 'step',
        to: 'a',
        body: { n: 3 },
        out: [
          { type: 'log', body: 'said' },
          { type: 'send', to: 'b@1/2', tagged: new Uint8Array([7]) },
        ],
      },
    ]);
  });
});
