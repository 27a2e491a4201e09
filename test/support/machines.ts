// Machines to draw: each has what the others lack.
import { createMachine, type AnyStateMachine } from 'xstate';

/** Regions, states within states, history, a transition out of the depth, and one that reaches into it. */
export const editor: AnyStateMachine = createMachine({
  id: 'editor',
  initial: 'opening',
  states: {
    opening: {
      invoke: {
        src: 'read',
        onDone: { target: 'open', actions: 'keepText' },
        onError: { target: 'failed', actions: 'keepError' },
      },
      after: { 5000: 'failed' },
    },
    open: {
      type: 'parallel',
      on: { CLOSE: { guard: 'isSaved', target: 'closed' }, SUSPEND: 'suspended' },
      states: {
        text: {
          initial: 'saved',
          states: {
            saved: { on: { TYPE: { target: 'dirty', actions: 'insert' } } },
            dirty: {
              on: { TYPE: { actions: 'insert' }, SAVE: 'saving' },
              after: { 2000: { guard: 'savesByItself', target: 'saving' } },
            },
            saving: {
              entry: 'freeze',
              exit: 'thaw',
              invoke: { src: 'write', onDone: 'saved', onError: '#editor.failed' },
            },
          },
        },
        view: {
          initial: 'plain',
          states: {
            plain: { on: { TOGGLE: 'preview' } },
            preview: {
              initial: 'narrow',
              on: { TOGGLE: 'plain' },
              states: { narrow: { on: { WIDEN: 'wide' } }, wide: { on: { NARROW: 'narrow' } } },
            },
            last: { type: 'history', history: 'deep', target: 'plain' },
          },
        },
      },
    },
    suspended: { on: { RESUME: 'open.view.last' }, tags: ['idle'] },
    failed: { on: { RETRY: { target: 'opening', actions: ['forget', 'log'] } } },
    closed: { type: 'final' },
  },
});

/** Flat, with a circle, a way back, one that stays, one that reenters, and guards in a row. */
export const crossing: AnyStateMachine = createMachine({
  id: 'crossing',
  initial: 'red',
  states: {
    red: { after: { 3000: 'green' }, on: { BUTTON: { actions: 'remember' } } },
    green: {
      after: { 5000: 'yellow' },
      on: {
        BUTTON: [{ guard: 'waitedLong', target: 'yellow' }, { actions: 'remember' }],
        HOLD: { target: 'green', reenter: true },
      },
    },
    yellow: { always: { guard: 'isBroken', target: 'dark' }, after: { 1000: 'red' } },
    dark: { on: { MENDED: 'red', '*': { actions: 'ignore' } } },
  },
});

/** Several transitions between the same two states, both ways; and one that nobody can reach. */
export const busy: AnyStateMachine = createMachine({
  id: 'busy',
  initial: 'on',
  states: {
    on: { on: { OFF: 'off', STOP: { target: 'off', actions: 'stop' }, FAIL: 'off' } },
    off: { on: { ON: 'on', START: 'on' } },
    lost: { on: { FOUND: 'on' } },
  },
});

/** A chain with ways back and shortcuts, in groups of six. */
export function large(count: number): AnyStateMachine {
  const groups = Math.ceil(count / 6);
  const states: Record<string, object> = {};
  for (let group = 0; group < groups; group += 1) {
    const inner: Record<string, object> = {};
    for (let at = 0; at < 5; at += 1) {
      inner[`step${at}`] = {
        on: {
          NEXT: at < 4 ? `step${at + 1}` : `#large.group${(group + 1) % groups}`,
          ...(at % 2 === 1 ? { BACK: `step${at - 1}` } : {}),
        },
      };
    }
    states[`group${group}`] = {
      initial: 'step0',
      states: inner,
      ...(group % 3 === 2 ? { on: { RESET: 'group0' } } : {}),
    };
  }
  return createMachine({ id: 'large', initial: 'group0', states } as never);
}
