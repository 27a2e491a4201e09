// What a step costs that changes one of twenty keys, beside an event that carries the key from the same machine, whose snapshots stay where they are.
// XState itself copies the context at each change; a step that changes the only key shows how much of the time that is.
import { createActor } from 'xstate';
import { createThreads, settled } from 'troupe';
import { TARGETS } from '../constants.ts';
import { ACTORS_URL, type Actors } from '../hosted.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'wide-context',
  unit: 'µs',
  meaning:
    'one event to a machine in a thread that changes one of the twenty keys of its context, until it has been heard here: as the snapshot of the step, ' +
    'or as an event that the machine emits while no snapshot travels. The machine with one key shows what XState itself does with twenty.',
  comparisons: [
    { arm: 'emitted event', floor: 'emitted event' },
    { arm: 'step', floor: 'emitted event', target: TARGETS.wideContext },
    { arm: 'step of one key', floor: 'emitted event' },
  ],
  open: async () => ({ arms: [tellingArm(), steppingArm('step'), steppingArm('step of one key')] }),
};

/** Each step is told by an event, and a listener here hears it. */
function tellingArm(): Arm {
  const host = createThreads({ size: 1 });
  const { teller } = host.import<Actors>(ACTORS_URL, { snapshots: 'none' });
  const ref = createActor(teller).start();
  let before = 0;
  let heard = 0;
  ref.on('STEP', ({ handled }) => {
    // each in its turn
    if (handled === before + heard + 1) heard += 1;
  });
  return {
    name: 'emitted event',
    async run(size) {
      await settled(ref);
      before += heard;
      heard = 0;
      const seconds = await timed(async () => {
        for (let sent = 1; sent <= size; sent += 1) ref.send({ type: 'STEP', handled: sent });
        await settled(ref);
      });
      return { seconds, counted: heard };
    },
    close: () => host.close(),
  };
}

/** Each event is a step, and an observer here sees it. */
function steppingArm(name: 'step' | 'step of one key'): Arm {
  const host = createThreads({ size: 1 });
  const { twentyKeys, oneKey } = host.import<Actors>(ACTORS_URL);
  const ref = createActor(name === 'step' ? twentyKeys : oneKey).start();
  let seen = 0;
  let before = 0;
  ref.subscribe(({ context }) => {
    if (context.handled === before + seen + 1) seen += 1;
  });
  return {
    name,
    async run(size) {
      before = (await settled(ref)).context.handled;
      seen = 0;
      const seconds = await timed(async () => {
        for (let sent = 1; sent <= size; sent += 1) ref.send({ type: 'STEP', handled: sent });
        await settled(ref);
      });
      return { seconds, counted: seen };
    },
    close: () => host.close(),
  };
}
