// The layout of statecharts, in a file of its own that is loaded when the first chart is drawn: as a worker, where elk answers by itself, or as a script of the page
// where a browser allows no worker (a page opened from a folder), which then finds elk's stand-in for a worker here.
import * as elk from 'elkjs/lib/elk-worker.min.js';

const { Worker: Stand } = elk as { readonly Worker?: unknown };
if (Stand) Object.assign(globalThis, { ElkWorker: Stand });
