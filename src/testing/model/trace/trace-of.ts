// A trace: the run that some actions lead along, and the forms in which it can be read, drawn, replayed and looked at.
import type { Logics } from '../options.ts';
import { walk, type About, type Run } from './run.ts';
import type { ActionCode, Space } from '../space/space.ts';
import { runToMermaid } from './trace-mermaid.ts';
import { runToRecording } from './trace-recording.ts';
import { runToText } from './trace-text.ts';
import { runToTest } from './to-test.ts';
import type { Trace } from './trace.ts';

/**
 * The trace of a run from the initial state.
 *
 * @param loopsTo - After how many steps all was as it is at the end, for a run that goes round for ever.
 * @param about - What it is the way to.
 */
export function createTrace<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  actions: readonly ActionCode[],
  loopsTo?: number,
  about?: About,
): Trace<TLogics, THistory> {
  return traceOf({
    ...walk(space, actions),
    ...(loopsTo === undefined ? {} : { loopsTo }),
    ...(about === undefined ? {} : { about }),
  });
}

/** A run as a trace. */
export function traceOf<TLogics extends Logics, THistory>(run: Run<TLogics, THistory>): Trace<TLogics, THistory> {
  const last = run.steps.at(-1) ?? run.first;
  // of all that writes a run none looks at the types of its snapshots
  const plain = run as unknown as Run;
  return {
    schedule: scheduleOf(plain),
    steps: run.steps.map(({ number, text, action, world, scene, changes, sent, unhandled }) => ({
      number,
      text,
      action,
      world,
      scene,
      changes,
      sent,
      unhandled,
    })),
    first: run.first.world,
    last: last.world,
    scene: last.scene,
    ...(run.loopsTo === undefined ? {} : { loopsTo: run.loopsTo }),
    toText: () => runToText(plain),
    toMermaid: () => runToMermaid(plain),
    toTest: (modelName) => runToTest(plain, modelName),
    toRecording: () => runToRecording(plain),
  };
}

const scheduleOf = ({ steps }: Run) => steps.map(({ text }) => text).join(' ');
