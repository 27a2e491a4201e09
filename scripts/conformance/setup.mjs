// Runs in each test file of the suite before its tests: hosts what the run is to host, and supplies what the suite takes from a newer Node.
import { hostEverything } from 'troupe/testing';
import { inject } from 'vitest';

Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
};

/** The events of a browser's window, for the files that hear of unhandled errors by them. */
class ErrorEvent extends Event {
  constructor(type, { error, ...options }) {
    super(type, { cancelable: true, ...options });
    this.error = error;
  }
}
const window = new EventTarget();
Object.assign(globalThis, { window, ErrorEvent, dispatchEvent: window.dispatchEvent.bind(window) });

const hosting = inject('hosting');
if (hosting) hostEverything(hosting);
