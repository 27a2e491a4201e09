// What becomes of troupe on an XState that lacks what it leans on: tried with copies of the installed XState whose private members bear other names.
import { afterAll, describe, expect, it } from 'vitest';
import { createOtherXState } from './support/other-xstate.ts';

const life = [
  'echo of one, learnt one, echo of two, learnt two, knows one and two, done with 2, done, "over"',
  '3',
  'stopped',
  '',
].join('\n');
const lives = life.repeat(3);

const xstate = createOtherXState();
afterAll(() => xstate[Symbol.dispose]());

describe('an XState as it is', () => {
  it('hosts without a warning', async () => {
    expect(await xstate.run('whole-life', [])).toEqual({ stdout: lives, stderr: '' });
  });
});

describe('an XState that lacks what there is another way for', () => {
  it.each([
    ['_send', '_send (what is sent to a hosted actor passes through its own mailbox'],
    ['update', 'update (observers of a hosted actor may be told of a snapshot that is no news'],
    ['_sendInspectionEvent', 'system._sendInspectionEvent (inspectors see no actor of another node'],
    ['_bookId', 'system._bookId (actors of two nodes may bear one session id'],
    ['_set', 'system._set (an actor is found by its systemId on its own node only'],
    ['scheduler', 'system.scheduler (delayed events of hosted actors are not persisted'],
  ])('hosts all the same, and says once what is different: %s', async (member, warning) => {
    const { stdout, stderr } = await xstate.run('whole-life', [member]);
    expect(stdout).toBe(lives);
    expect(stderr).toContain(`troupe: this XState lacks ${warning}`);
    expect(stderr).toContain('Use xstate 5.33, or look for a newer troupe.');
    expect(stderr.match(/lacks/g)).toHaveLength(1);
  });

  it('hosts without all of them', async () => {
    const lacking = ['_send', 'update', '_sendInspectionEvent', '_bookId', '_set', 'scheduler'];
    expect((await xstate.run('whole-life', lacking)).stdout).toBe(lives);
  });
});

describe('persisting delayed events', () => {
  it.each([
    ['as it is', [], 'waiting 1\n'],
    ['lacks a scheduler: all else is persisted', ['scheduler'], 'waiting 0\n'],
  ])('on an XState that %s', async (_, lacking, said) => {
    expect((await xstate.run('persists-delays', lacking)).stdout).toBe(said);
  });
});

describe('hosting all actors', () => {
  it.each([
    ['as it is', [], '1\n'],
    ['lacks _bookId', ['_bookId'], '1\n'],
    ['lacks _initState', ['_initState'], 'UNSUPPORTED_XSTATE {"missing":["_initState"]}\n'],
  ])('on an XState that %s', async (_, lacking, said) => {
    expect((await xstate.run('all-hosted', lacking)).stdout).toBe(said);
  });
});

describe('an XState that lacks what there is no other way for', () => {
  it.each([
    ['_snapshot', '_snapshot'],
    ['_processingStatus', '_processingStatus'],
    ['_stop', '_stop'],
    ['_deferred', '_deferred'],
    ['_actorScope', '_actorScope'],
    ['observers', 'observers'],
    ['_relay', 'system._relay'],
    ['_unregister', 'system._unregister'],
    ['_logger', 'system._logger'],
  ])('is refused at first use by the name of what is missing: %s', async (member, missing) => {
    const { stdout } = await xstate.run('whole-life', [member]);
    expect(stdout).toBe(`UNSUPPORTED_XSTATE {"missing":["${missing}"]}\n`);
  });
});
