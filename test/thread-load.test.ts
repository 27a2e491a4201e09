import { inThread, settled } from 'troupe';
import { createActor } from 'xstate';
import { describe, expect, it } from 'vitest';

describe('what a thread loads', () => {
  it('is a few pieces of rxjs, and one copy of XState', async () => {
    const source = new URL('../dist/test/fixtures/loaded-modules.js', import.meta.url);
    const { loadedModules } = inThread<typeof import('./fixtures/loaded-modules.js')>(source);

    const { output = [] } = await settled(createActor(loadedModules).start(), ({ status }) => status === 'done');

    const rxjs = output.filter((path) => path.includes('/rxjs/'));
    expect(rxjs).not.toContainEqual(expect.stringContaining('/rxjs/dist/cjs/index.js'));
    expect(rxjs.length).toBeGreaterThan(0);
    expect(rxjs.length).toBeLessThanOrEqual(30);
    expect(output.filter((path) => /\/xstate\.[^/]*cjs\.js$/.test(path))).toHaveLength(1);
  });
});
