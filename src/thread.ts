// What a thread of `inThread` and `createThreads` runs: it hosts the exports of the modules that it is asked to import.
import { createLoader } from './load.ts';
import { serveParent } from './serve.ts';

const { load, preload } = createLoader();
serveParent(load, preload);
