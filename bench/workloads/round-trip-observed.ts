// An event out, and the snapshot back.
import { TARGETS } from '../constants.ts';
import { createRoundTrips } from '../round-trips.ts';

export const workload = createRoundTrips({
  name: 'round-trip-observed',
  meaning:
    'from sending an event to a machine in a thread until an observer here has its next snapshot, one at a time.',
  observed: true,
  targets: { toRaw: TARGETS.roundTripToRaw, toGlue: TARGETS.roundTripToGlue },
  talk: (ref, size) =>
    new Promise((resolve) => {
      const end = ref.getSnapshot().context.handled + size;
      const subscription = ref.subscribe(({ context: { handled } }) => {
        if (handled < end) ref.send({ type: 'PING', number: handled });
        else {
          subscription.unsubscribe();
          resolve();
        }
      });
      ref.send({ type: 'PING', number: 0 });
    }),
});
