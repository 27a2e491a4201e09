// The floor of all messages: a bare worker that answers pings, counts what it is posted, and says how much that was.
import { parentPort } from 'node:worker_threads';
import type { RawMessage } from './messages.ts';

let handled = 0;

parentPort?.on('message', (message: RawMessage) => {
  if (message.type === 'COUNT') parentPort?.postMessage({ type: 'COUNTED', handled });
  else {
    handled += 1;
    if (message.type === 'PING') parentPort?.postMessage({ type: 'PONG', number: message.number });
  }
});
