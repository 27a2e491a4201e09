// From nothing to the first answer of an actor.
import { settled } from 'troupe';
import { createActor, type ActorRefFrom } from 'xstate';
import type { pinger } from './actors.ts';
import { pingPong, type FloorWorker } from './floors/messages.ts';
import { timed, type Arm, type Round } from './workload.ts';

/** Starts an actor, pings it, and stops it after it has answered; only until then is timed. */
export async function startAndAsk(logic: Parameters<typeof createActor>[0]): Promise<Round> {
  let ref: ActorRefFrom<typeof pinger> | undefined;
  const seconds = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        // hosted or not, it is the logic of a pinger
        const actor = (ref = createActor(logic) as unknown as ActorRefFrom<typeof pinger>);
        actor.on('PONG', () => resolve());
        actor.subscribe({ error: reject });
        actor.start();
        actor.send({ type: 'PING', number: 0 });
      }),
  );
  if (!ref) return { seconds, counted: 0 };
  const { handled } = (await settled(ref)).context;
  ref.stop();
  await settled(ref);
  return { seconds, counted: handled };
}

/** A worker that is started for each round. */
export function coldWorkerArm(name: string, open: () => FloorWorker<{ type: 'PING'; number: number }>): Arm {
  return {
    name,
    async run(size) {
      let worker: ReturnType<typeof open> | undefined;
      const seconds = await timed(() => pingPong((worker = open()), size));
      const counted = (await worker?.count()) ?? 0;
      await worker?.close();
      return { seconds, counted };
    },
  };
}
