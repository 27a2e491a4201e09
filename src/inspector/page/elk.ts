// Where elk runs in a browser: in a worker, or in the page itself where it was opened from a folder, for there no worker may start. Either way its file is
// loaded only when there is something to lay out.
import type { ElkListener, ElkPort } from '../chart/layouter.ts';

const FILE = 'layout.js';

export function openElk(listener: ElkListener): ElkPort | Promise<ElkPort> {
  return location.protocol === 'file:' ? openScript(listener) : openWorker(listener);
}

function openWorker({ answered, failed }: ElkListener): ElkPort {
  const worker = new Worker(FILE);
  worker.addEventListener('message', ({ data }) => answered(data));
  worker.addEventListener('error', ({ message }) => failed(new Error(message || 'its worker did not start')));
  return { post: (message) => worker.postMessage(message), close: () => worker.terminate() };
}

interface Stand {
  postMessage(message: object): void;
  onmessage: (event: { readonly data: unknown }) => void;
}

/** elk brings a stand-in for a worker along, which answers in the page. */
async function openScript({ answered }: ElkListener): Promise<ElkPort> {
  const scope = globalThis as { ElkWorker?: new () => Stand };
  if (!scope.ElkWorker) await loadScript();
  if (!scope.ElkWorker) throw new Error(`${FILE} is not what it should be`);
  const stand = new scope.ElkWorker();
  stand.onmessage = ({ data }) => answered(data);
  return {
    post: (message) => stand.postMessage(message),
    close: () => {
      stand.onmessage = () => {};
    },
  };
}

function loadScript(): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = FILE;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error(`${FILE} is not beside the page`)));
    document.head.append(script);
  });
}
