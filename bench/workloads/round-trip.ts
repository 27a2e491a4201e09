// An event out, and an emitted event back.
import { TARGETS } from '../constants.ts';
import { createRoundTrips } from '../round-trips.ts';

export const workload = createRoundTrips({
  name: 'round-trip',
  meaning: 'from sending an event to a machine in a thread until what it emits is here, one at a time.',
  targets: { toRaw: TARGETS.roundTripToRaw, toGlue: TARGETS.roundTripToGlue },
  talk: (ref, size) =>
    new Promise((resolve) => {
      let number = 0;
      const subscription = ref.on('PONG', () => {
        number += 1;
        if (number < size) ref.send({ type: 'PING', number });
        else {
          subscription.unsubscribe();
          resolve();
        }
      });
      ref.send({ type: 'PING', number });
    }),
});
