import { describe, expect, it } from 'vitest';
import { isTroupeError } from 'troupe';
import { parsePacket } from '../dist/src/wire.js';

function errorOf(packet: unknown): unknown {
  try {
    parsePacket(packet);
  } catch (error) {
    return error;
  }
  return undefined;
}

const stop = { type: 'stop', to: 'a' };

describe('a packet', () => {
  it('is read alike as text, as an object, and as an object with frames of text', () => {
    const read = { seq: 3, done: 2, lost: [[0, 1]], heard: 3, held: { a: 4 }, ask: true, frames: [stop, stop] };
    expect(parsePacket(JSON.stringify(read))).toEqual(read);
    expect(parsePacket(read)).toEqual(read);
    expect(parsePacket({ ...read, frames: [JSON.stringify(stop), stop] })).toEqual(read);
  });

  it('may have no frames, and tell nothing of those of the other side', () => {
    expect(parsePacket({ seq: 9, frames: [] })).toEqual({ seq: 9, done: 0, frames: [] });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['text that is no JSON', '{"seq":0,'],
    ['text of null', 'null'],
    ['empty text', ''],
    ['an array', []],
    ['bytes', new Uint8Array(4)],
    ['no seq', { frames: [stop] }],
    ['a seq of NaN', { seq: Number.NaN, frames: [stop] }],
    ['an infinite seq', '{"seq":1e999,"frames":[{"type":"stop","to":"a"}]}'],
    ['a seq below 0', { seq: -1, frames: [stop] }],
    ['a broken seq', { seq: 0.5, frames: [stop] }],
    ['no frames', { seq: 0 }],
    ['frames that are no list', { seq: 0, frames: { 0: stop } }],
    ['a done that is no count', { seq: 9, done: -1, frames: [] }],
    ['gaps that are none', { seq: 9, done: 0, lost: [['a']], frames: [] }],
    ['held events that are no counts', { seq: 9, done: 0, held: { a: 'b' }, frames: [] }],
    ['a frame of null', { seq: 0, frames: [stop, null] }],
    ['a frame without a type', { seq: 0, frames: [{ to: 'a' }] }],
    ['a frame whose type is no name', { seq: 0, frames: [{ type: 4 }] }],
    ['a frame whose text is no JSON', { seq: 0, frames: ['{'] }],
  ])('is refused with BAD_FRAME if it is or has %s', (_, packet) => {
    const error = errorOf(packet);
    expect(isTroupeError(error, 'BAD_FRAME')).toBe(true);
    expect((error as Error).message).toContain('Let nothing but troupe post');
  });
});
