import { runInNewContext } from 'node:vm';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { isTroupeError, TroupeError, type TroupeErrorCode } from 'troupe';

describe('a TroupeError', () => {
  it('is an Error with a code, details and a cause', () => {
    const cause = new RangeError('deeper');
    const error = new TroupeError('ASK_TIMEOUT', 'Cannot wait.', { details: { timeout: 5 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message]).toEqual(['TroupeError', 'ASK_TIMEOUT', 'Cannot wait.']);
    expect(error.details).toEqual({ timeout: 5 });
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain('errors.test');
  });

  it('has empty details and no cause unless given', () => {
    const error = new TroupeError('BUS_CLOSED', 'Closed.');
    expect(error.details).toEqual({});
    expect('cause' in error).toBe(false);
    expect('cause' in new TroupeError('BUS_CLOSED', 'Closed.', { cause: undefined })).toBe(true);
  });
});

describe('isTroupeError', () => {
  it('knows one by its name, from whichever realm or copy it comes', () => {
    const foreign: unknown = runInNewContext(
      `Object.assign(new Error('x'), { name: 'TroupeError', code: 'ACTOR_DOWN', details: {} })`,
    );
    expect(foreign instanceof TroupeError).toBe(false);
    expect(isTroupeError(foreign)).toBe(true);
    expect(isTroupeError(foreign, 'ACTOR_DOWN')).toBe(true);
    expect(isTroupeError(foreign, 'ASK_TIMEOUT')).toBe(false);
  });

  it('refuses everything else', () => {
    for (const other of [undefined, null, 'TroupeError', 7, {}, new Error('TroupeError'), { name: 'TroupeError' }])
      expect(isTroupeError(other)).toBe(false);
    expect(isTroupeError(Object.assign(new Error('x'), { code: 'ACTOR_DOWN' }), 'ACTOR_DOWN')).toBe(false);
  });

  it('narrows the type to the code that was asked for', () => {
    const error: unknown = new TroupeError('ACTOR_DOWN', 'Down.');
    if (!isTroupeError(error, 'ACTOR_DOWN')) throw new Error('It should have been one.');
    expectTypeOf(error.code).toEqualTypeOf<'ACTOR_DOWN'>();
    expectTypeOf<TroupeError['code']>().toEqualTypeOf<TroupeErrorCode>();
    // @ts-expect-error: codes are a closed list
    isTroupeError(error, 'ACTOR_AWAY');
  });
});
