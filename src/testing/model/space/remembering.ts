// Remembers what a claim has looked at in the states in which nothing was found out by it, and what was to be seen there: where all of that is the same again, it need not be asked
// again. Most claims look at little, and there are far fewer different sights than states. A claim that looks at nearly all of a state is asked each time.
// Indices stay within the arrays, so what is read there is a number (`as number`).
import type { Parts } from './parts.ts';
import { looks, type Show } from './shown.ts';
import type { Words } from './space.ts';
import { createTuples } from './tuples.ts';

/** What a claim need not be asked again. */
export interface Remembering {
  /** Whether it looks at nothing in that state but what it has seen before. */
  knows(words: Words, start: number): boolean;
  /** The claim is asked now. */
  ask(): void;
  /** It has told nothing new in that state. */
  learn(words: Words, start: number): void;
}

/** After so many states it is decided whether to go on with it. */
const trial = 1024;
/** Claims that look now at this, now at that, have more than one way of looking; of more than that many nothing is remembered. */
const most = 4;

export function createRemembering({ names, configurations, extras, extraAt }: Parts, show: Show): Remembering {
  const ways: number[] = [];
  const sights = createTuples(12);
  const sight = new Uint32Array(names.length + 3);
  let isOn = names.length <= 28;
  let asked = 0;
  let known = 0;

  /** What is to be seen in a state by a way of looking. */
  const see = (words: Words, start: number, way: number): number => {
    let length = 0;
    sight[length++] = way;
    for (let node = 0; node < names.length; node++) {
      if ((way & (1 << node)) !== 0) sight[length++] = words[start + node] as number;
    }
    if ((way & (looks.cells | looks.history)) === 0) return length;
    const extra = extraAt < 0 ? extras.initial : (words[start + extraAt] as number);
    if ((way & looks.cells) !== 0) sight[length++] = extras.cellsId(extra);
    if ((way & looks.history) !== 0) sight[length++] = extras.historyId(extra);
    return length;
  };
  /** Through refs in what it looked at it may have looked at other nodes, too. */
  const reachOf = (words: Words, start: number, looked: number): number => {
    let way = looked;
    for (let before = -1; before !== way;) {
      before = way;
      for (let node = 0; node < names.length; node++) {
        if ((way & (1 << node)) !== 0) way |= configurations.plan(words[start + node] as number).reach;
      }
    }
    if ((way & looks.history) === 0) return way;
    const extra = extraAt < 0 ? extras.initial : (words[start + extraAt] as number);
    return extras.historySpeaks(extras.historyId(extra)) ? way | looks.rest : way;
  };

  return {
    knows(words, start) {
      if (!isOn) return false;
      if (++asked === trial) {
        isOn = known * 4 > asked;
        asked = known = 0;
      }
      for (let index = 0; index < ways.length; index++) {
        if (sights.find(sight, see(words, start, ways[index] as number)) < 0) continue;
        known++;
        return true;
      }
      return false;
    },
    ask() {
      show.takeLooks();
    },
    learn(words, start) {
      if (!isOn) return;
      const way = reachOf(words, start, show.takeLooks());
      if ((way & looks.rest) !== 0) return;
      if (!ways.includes(way)) {
        if (ways.length === most) return;
        ways.push(way);
      }
      const length = see(words, start, way);
      if (sights.find(sight, length) < 0) sights.add(sight, length);
    },
  };
}
