// Walks a space: lists what may happen in a state, in a fixed order, and makes the state that follows from one of it. Each walker has arrays of its own, which the next call
// overwrites; so whoever walks while another walks takes a walker of his own.
// Indices stay within the arrays, so what is read there is a number (`as number`).
import { codeOf, kindOf, kinds, subjectOf, type Kind } from './codes.ts';
import type { Plan } from './configurations.ts';
import { budgets } from './extras.ts';
import { createMoment } from './moment.ts';
import type { Parts } from './parts.ts';
import type { ActionCode, Words } from './space.ts';

/** Lists what may happen in a state, and makes what follows. */
export interface Walker {
  /** Lists what may happen in the state that `words` holds from `start` on, which must stay there until the last `take`; gives how many actions there are. */
  list(words: Words, start: number, length: number): number;
  code(index: number): ActionCode;
  /** The place of the node that an action happens to. */
  node(index: number): number;
  /** Nothing that was listed happens by itself: it rests, unless something goes wrong. */
  readonly isQuiescent: boolean;
  /** Takes an action from the list, and puts the last one in its place; gives how many are left. */
  discard(index: number): number;
  /** Makes what follows from an action that was listed, in `next`, and gives its length. */
  take(index: number): number;
  /** Scratch, replaced when it must grow. */
  readonly next: Words;
  /** The same as `next`, which the caller may keep: what he gives is scratch in its place. */
  exchange(scratch: Words): Words;
  /** The number of the step that was taken by the last `take`; -1 if no node took one. */
  readonly step: number;
}

export function createWalker(parts: Parts): Walker {
  const { nodes, subjects, configurations, steps, extras, network, downs, forget } = parts;
  const { networkAt, extraAt, timerOrder, delaysUnhandled, isFallible, crashCodes, restartCodes } = parts;
  const nodeCount = nodes.length;
  const isTimed = timerOrder === 'by-delay';
  /** Whether it matters already when it is listed what a message does. */
  const asksForUse = delaysUnhandled || network.staysForEver;
  const moment = createMoment(parts);

  let source: Words = new Uint32Array(0);
  let base = 0;
  let end = 0;
  let extra = extras.initial;

  /** Where the messages are that can arrive. */
  let arriving = new Uint32Array(64);
  let codes = new Uint32Array(64);
  /** Where in the source the message is that an action is about. */
  let positions = new Uint32Array(64);
  /** The step that the message leads to, where that was found out already; -1 where not. */
  let listed = new Int32Array(64);
  let count = 0;
  let isQuiescent = true;

  let next: Words = new Uint32Array(64);
  let lastStep = -1;

  /** Makes room for so many more. */
  const reserve = (more: number): void => {
    while (count + more > codes.length) {
      codes = grown(codes);
      positions = grown(positions);
      listed = Int32Array.from({ length: codes.length }, (_, index) => listed[index] ?? -1);
    }
  };
  const push = (code: ActionCode): void => {
    if (count === codes.length) reserve(1);
    codes[count++] = code;
  };
  const pushMessage = (code: ActionCode, position: number, step: number): void => {
    push(code);
    positions[count - 1] = position;
    listed[count - 1] = step;
  };
  const stepOf = (node: number, subject: number, position: number): number => {
    const configuration = source[base + node] as number;
    const known = steps.known(configuration, subject);
    if (known >= 0) return known;
    moment.at(source, base, end, extra, node, position);
    return steps.take(configuration, subject, moment);
  };
  /** The step that a message leads to if it arrives; -1 if that changes nothing at all. */
  const useOf = (message: number, position: number): number => {
    const node = subjects.target(message);
    if (configurations.isCrashed(source[base + node] as number)) return -1;
    const step = stepOf(node, message, position);
    return steps.isNoop(step) ? -1 : step;
  };

  /** Lists the messages that can arrive; gives whether there is none. */
  const listAll = (arrivals: number): boolean => {
    reserve(arrivals);
    const from = source;
    for (let index = 0; index < arrivals; index++) {
      const position = arriving[index] as number;
      codes[index] = codeOf(kinds.deliver, from[position] as number);
      positions[index] = position;
      listed[index] = -1;
    }
    count = arrivals;
    return arrivals === 0;
  };
  /** Lists those that change something, or would be used up; gives whether there is none. */
  const listUseful = (arrivals: number): boolean => {
    const isKept = network.staysForEver;
    let isIdle = true;
    for (let index = 0; index < arrivals; index++) {
      const position = arriving[index] as number;
      const message = source[position] as number;
      const step = useOf(message, isKept ? -1 : position);
      if (step < 0 && delaysUnhandled) continue;
      if (step >= 0 || !isKept) isIdle = false;
      pushMessage(codeOf(isKept ? kinds.again : kinds.deliver, message), position, step);
    }
    return isIdle;
  };
  const listMessages = (): boolean => {
    while (arriving.length < end - base) arriving = new Uint32Array(arriving.length * 2);
    const arrivals = network.arrivals(source, base + networkAt, end, arriving);
    const isIdle = asksForUse ? listUseful(arrivals) : listAll(arrivals);
    if (!isFallible) return isIdle;
    if (!network.staysForEver && extras.may(extra, budgets.duplicate)) {
      for (let index = 0, deliveries = count; index < deliveries; index++) {
        pushMessage(codeOf(kinds.again, subjectOf(codes[index] as number)), positions[index] as number, -1);
      }
    }
    if (extras.may(extra, budgets.drop)) {
      for (let index = 0; index < arrivals; index++) {
        const position = arriving[index] as number;
        pushMessage(codeOf(kinds.drop, source[position] as number), position, -1);
      }
    }
    return isIdle;
  };
  /** The delays that end first, of all nodes, and what else nodes do by themselves. */
  const listByDelay = (): void => {
    let least = Infinity;
    for (let node = 0; node < nodeCount; node++) least = Math.min(least, planAt(node).least);
    for (let node = 0; node < nodeCount; node++) {
      const plan = planAt(node);
      if (plan.least === least) pushAll(plan.timers);
      pushAll(plan.own);
    }
  };
  const listOffers = (withTimers: boolean): void => {
    // nothing is called on the way, and what is read again and again is at hand: this is done for every node at every step
    const { firsts, firstOwn, codes: offered, most } = configurations.offers;
    const begins = withTimers ? firsts : firstOwn;
    reserve(nodeCount * most + 1);
    const from = source;
    const start = base;
    const into = codes;
    let at = count;
    for (let node = 0; node < nodeCount; node++) {
      const configuration = from[start + node] as number;
      const first = begins[configuration] as number;
      const offers = (firsts[configuration + 1] as number) - first;
      // where there is none it is written over: whether there is one is random, so it is not branched upon
      into[at] = offered[first] as number;
      for (let place = 1; place < offers; place++) into[at + place] = offered[first + place] as number;
      at += offers;
    }
    count = at;
  };
  const pushAll = (all: readonly ActionCode[]): void => {
    for (let index = 0; index < all.length; index++) push(all[index] as number);
  };
  /** Whoever watches a life is told of its end before the next begins: from a place on, what has to wait for that is taken off the list. */
  const dropHeldBack = (first: number): void => {
    const { heldBack } = downs;
    if (heldBack.length === 0) return;
    let kept = first;
    for (let place = first; place < count; place++) {
      const code = codes[place] as number;
      if (!heldBack.includes(code)) codes[kept++] = code;
    }
    count = kept;
  };
  const listStimuli = (): void => {
    for (let node = 0; node < nodeCount; node++) {
      for (const code of planAt(node).stimuli) {
        if (!steps.isNoop(stepOf(node, subjectOf(code), -1))) push(code);
      }
    }
  };
  const planAt = (node: number): Plan => configurations.plan(source[base + node] as number);

  const list = (words: Words, start: number, size: number): number => {
    source = words;
    base = start;
    end = start + size;
    extra = extraAt < 0 ? extras.initial : (words[start + extraAt] as number);
    count = 0;
    let isIdle = listMessages();
    const afterMessages = count;
    // in front of all others, for it is what keeps delays waiting
    downs.list(source, base, end, push);
    if (count > afterMessages) isIdle = false;
    const beforeOwn = count;
    if (isTimed) listByDelay();
    else listOffers(isIdle || timerOrder !== 'when-idle');
    dropHeldBack(beforeOwn);
    if (parts.hasStimuli) listStimuli();
    isQuiescent = isIdle && count === beforeOwn;
    if (crashCodes.length === 0) return count;
    const mayCrash = extras.may(extra, budgets.crash);
    for (let node = 0; node < nodeCount; node++) {
      const isCrashed = configurations.isCrashed(source[base + node] as number);
      if (!isCrashed && mayCrash && crashCodes[node] !== -1) push(crashCodes[node] as number);
      if (isCrashed && restartCodes[node] !== -1) {
        isQuiescent = false;
        // whoever watches it is told of one life's end before the next begins
        if (!downs.isUntold(node)) push(restartCodes[node] as number);
      }
    }
    return count;
  };

  /** What changes besides the node and the network. */
  const extraAfter = (kind: Kind, subject: number, isReceived: boolean, step: number): number => {
    extras.begin(extra);
    if (kind === kinds.again) extras.spend(budgets.duplicate);
    if (kind === kinds.drop) extras.spend(budgets.drop);
    if (kind === kinds.crash) extras.spend(budgets.crash);
    if (isReceived) extras.received(subject);
    if (step >= 0) {
      const cells = steps.cells(step);
      if (cells !== undefined) extras.setCells(cells);
      for (const message of steps.sends(step)) extras.sent(message);
    }
    return extras.end();
  };
  /** Time passes for all others until a delay has ended. */
  const elapse = (except: number): void => {
    const { least } = planAt(except);
    if (least === 0) return;
    for (let node = 0; node < nodeCount; node++) {
      if (node === except || planAt(node).least === Infinity) continue;
      next[node] = steps.next(stepOf(node, subjects.elapse(node, least), -1));
    }
  };

  const take = (index: number): number => {
    const code = codes[index] as number;
    const kind = kindOf(code);
    const subject = subjectOf(code);
    const isMessage = kind <= kinds.drop;
    const position = isMessage ? (positions[index] as number) : -1;
    const removed = kind === kinds.again ? -1 : position;
    const node = subjects.target(subject);
    // the node takes no step when a message is lost, or finds that it has crashed
    const isStill = kind === kinds.drop || (isMessage && configurations.isCrashed(source[base + node] as number));
    lastStep = isMessage ? (listed[index] as number) : -1;
    if (lastStep < 0 && !isStill) lastStep = stepOf(node, subject, removed);
    if (!isStill) steps.use(lastStep);
    const sends = isStill ? none : steps.sends(lastStep);
    while (next.length < end - base + sends.length) next = new Uint32Array(next.length * 2 + 8);
    // numbers and arrays of this function alone, for it is the hottest of all
    const from = source;
    const into = next;
    const start = base;
    const size = end - start;
    const gap = removed < 0 ? size : removed - start;
    for (let place = 0; place < gap; place++) into[place] = from[start + place] as number;
    for (let place = gap + 1; place < size; place++) into[place - 1] = from[start + place] as number;
    if (!isStill) into[node] = steps.next(lastStep);
    if (isTimed && kind === kinds.timer) elapse(node);
    if (extraAt >= 0) into[extraAt] = extraAfter(kind, subject, isMessage && !isStill, lastStep);
    let length = removed < 0 ? size : size - 1;
    for (let each = 0; each < sends.length; each++) {
      length = network.insert(into, networkAt, length, sends[each] as number);
    }
    forget(into, length);
    return length;
  };

  return {
    list,
    code: (index) => codes[index] as number,
    node: (index) => subjects.target(subjectOf(codes[index] as number)),
    get isQuiescent() {
      return isQuiescent;
    },
    discard(index) {
      count--;
      codes[index] = codes[count] as number;
      positions[index] = positions[count] as number;
      listed[index] = listed[count] as number;
      return count;
    },
    take,
    get next() {
      return next;
    },
    exchange(scratch) {
      const made = next;
      next = scratch;
      return made;
    },
    get step() {
      return lastStep;
    },
  };
}

const none: readonly number[] = [];

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
