import { describe, expect, it } from 'vitest';
import {
  addressOf,
  createIncarnation,
  isAddress,
  localIdOf,
  nameOf,
  nodeAddress,
  nodeOf,
} from '../dist/src/address.js';

describe('an address', () => {
  it('is made of a name, an incarnation and a local id, and comes apart again', () => {
    const node = nodeAddress('main', 'k3x9');
    const address = addressOf(node, '7');
    expect(node).toBe('main@k3x9');
    expect(address).toBe('main@k3x9/7');
    expect([nodeOf(address), localIdOf(address), nameOf(node)]).toEqual([node, '7', 'main']);
  });

  it('keeps the slashes of a local id', () => {
    const address = addressOf('main@1', 'host/9/a');
    expect([nodeOf(address), localIdOf(address)]).toEqual(['main@1', 'host/9/a']);
  });

  it.each(['me@home', 'a/b', ''])('refuses a name that could not be told from the rest of it: %j', (name) => {
    expect(() => nodeAddress(name, 'k3')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
  });

  it('has another incarnation for each start', () => {
    const made = new Set(Array.from({ length: 10_000 }, createIncarnation));
    expect(made.size).toBe(10_000);
    for (const incarnation of made) expect(incarnation).toMatch(/^[0-9a-z]+$/);
  });

  it('is told from what is none', () => {
    for (const address of ['main@k3x9/7', 'a@b/c/d', 'thread 1@x/host']) expect(isAddress(address)).toBe(true);
    for (const other of [undefined, null, 7, {}, '', 'main', 'main@k3', 'main/7', '@k3/7', 'main@/7', 'main@k3/'])
      expect(isAddress(other)).toBe(false);
  });
});
