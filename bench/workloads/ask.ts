// A question, and its reply.
import { ask } from 'troupe';
import { createRoundTrips } from '../round-trips.ts';

export const workload = createRoundTrips({
  name: 'ask',
  meaning: 'from asking a machine in a thread until its reply is here, one at a time.',
  async talk(ref, size) {
    for (let number = 0; number < size; number += 1) await ask(ref, (replyTo) => ({ type: 'ASK', number, replyTo }));
  },
});
