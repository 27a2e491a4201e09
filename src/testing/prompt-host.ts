// A memory host that starts and stops its actors within the call, and whose messages take a hop each way. So a test sees what an actor does when it
// begins and ends, as it would at home, and only what it expects on the line after a message comes too late.
import type { Route } from '../bus.ts';
import { linkEnds } from '../links/memory.ts';
import { createHostOver, type MemoryHost, type MemoryHostOptions } from '../memory-host.ts';
import { surroundings } from '../surroundings.ts';

/**
 * Makes one. What was sent before a start or a stop is handled before it, within the same call; and so is, after a start, what the actor
 * put out as it began.
 */
export function createPromptHost(options: MemoryHostOptions): MemoryHost {
  const going = createQueue();
  const coming = createQueue();
  return createHostOver(linkEnds([going.post, coming.post]), options, (route, back) => {
    const push: Route['push'] = (frame) => {
      route.push(frame);
      if (frame.type !== 'start' && frame.type !== 'stop') return;
      route.flush();
      going.deliverAll();
      if (frame.type === 'stop') return;
      back().flush();
      coming.deliverAll();
    };
    // a stop need not wait for the tick's end
    return Object.create(route, { push: { value: push }, immediate: { value: true } }) as Route;
  });
}

/** Delivers what is posted in later microtasks, one each, or all that waits when asked to. */
function createQueue(): { post(deliver: () => void): void; deliverAll(): void } {
  const waiting: (() => void)[] = [];
  const carry = surroundings().createCarrier();
  const deliverNext = () => waiting.shift()?.();
  return {
    post(deliver) {
      waiting.push(deliver);
      carry(deliverNext);
    },
    deliverAll() {
      while (waiting.length > 0) deliverNext();
    },
  };
}
