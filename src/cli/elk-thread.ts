// Where elk runs in Node: in a thread, for what it throws out of a timer would end the process.
import { Worker } from 'node:worker_threads';
import type { ElkListener, ElkPort } from '../inspector/chart/layouter.ts';

/** The same file that a browser loads, built beside the page. */
const LAYOUT = new URL('../inspector/page/layout.js', import.meta.url).href;

const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).then(() => {
    const elk = new globalThis.ElkWorker();
    elk.onmessage = ({ data }) => parentPort.postMessage(data);
    parentPort.on('message', (message) => elk.postMessage(message));
  });
`;

export function openElk({ answered, failed }: ElkListener): ElkPort {
  const thread = new Worker(PROGRAM, { eval: true, workerData: LAYOUT });
  thread.on('message', answered);
  thread.on('error', failed);
  thread.on('exit', () => failed(new Error('its thread ended')));
  return {
    post: (message) => thread.postMessage(message),
    close: () => void thread.terminate(),
  };
}
