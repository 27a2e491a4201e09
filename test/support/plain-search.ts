// The plainest search of a system of small tables: breadth first over whole states as text, and weak fairness by its definition. It shares nothing with the checker, not even XState, so
// that what both say of a system is right, or both are wrong in the same way.

/** What an actor does, by its state. */
export interface Row {
  readonly entry: readonly Send[];
  readonly on: Readonly<Record<string, { readonly target: number; readonly sends: readonly Send[] }>>;
  readonly after: readonly { readonly delay: number; readonly target: number; readonly sends: readonly Send[] }[];
  readonly isFinal: boolean;
}
export type Send = readonly [to: string, type: string];
export type Tables = Readonly<Record<string, readonly Row[]>>;

export interface PlainOptions {
  readonly order: 'none' | 'per-pair' | 'global';
  readonly drop: number;
  readonly duplicate: number;
  readonly delayUnhandled: boolean;
  readonly timers: 'any-order' | 'when-idle' | 'by-delay';
  readonly crashes: number;
  readonly restart: 'initial' | 'persisted' | 'never';
  readonly stimuli: Readonly<Record<string, readonly string[]>>;
  /** How many messages may be on their way. */
  readonly mostMessages: number;
}

export type Envelope = readonly [from: string, to: string, type: string];
type Delay = readonly [actor: string, id: string, remaining: number];

export interface Whole {
  /** The state of each actor; null for one that has crashed. */
  readonly at: Readonly<Record<string, number | null>>;
  readonly messages: readonly Envelope[];
  readonly delays: readonly Delay[];
  readonly left: readonly [drops: number, duplicates: number, crashes: number];
  readonly kept: Readonly<Record<string, readonly [number, readonly Delay[]]>>;
}

interface Edge {
  readonly label: string;
  readonly isFair: boolean;
  /** What could happen before and can happen again, but is another: a delay that was called off and armed anew. */
  readonly renews: readonly string[];
  /** The number of the state; -1 for one out of bounds. */
  readonly to: number;
}

export interface Graph {
  readonly states: readonly Whole[];
  readonly depths: readonly number[];
  readonly edges: readonly (readonly Edge[])[];
  readonly generated: number;
  /** Of each state, whether nothing more happens by itself though not all have ended. */
  readonly rests: readonly boolean[];
}

/** All states and steps; nothing where there are too many, or the first is out of bounds. */
export function searchPlainly(tables: Tables, options: PlainOptions, most: number): Graph | undefined {
  const { order, duplicate, delayUnhandled, timers, restart, stimuli, mostMessages } = options;
  const names = Object.keys(tables);
  const isSet = order === 'none' && duplicate === Infinity;
  const row = (name: string, state: number): Row => there(tables[name]?.[state]);
  const hasEnded = (name: string, state: number | null) =>
    state === null ? restart === 'never' : row(name, state).isFinal;

  /** An actor in another state, with all that comes of it. */
  const enter = (whole: Whole, name: string, to: number, sends: readonly Send[]): Whole => {
    const next = row(name, to);
    const messages = [...sends, ...next.entry].map(([receiver, type]): Envelope => [name, receiver, type]);
    const others = whole.delays.filter(([actor]) => actor !== name);
    const own = next.after.map(({ delay }): Delay => [name, `${to}.${delay}`, delay]);
    return {
      ...whole,
      at: { ...whole.at, [name]: to },
      messages: [...whole.messages, ...messages].filter(
        (each, index, all) => !isSet || all.findIndex((other) => other.join() === each.join()) === index,
      ),
      delays: [...others, ...own],
    };
  };
  /** What an event does; nothing where it changes nothing. */
  const take = (whole: Whole, name: string, type: string): Whole | undefined => {
    const state = whole.at[name];
    if (state === null || state === undefined) return undefined;
    const found = row(name, state).on[type];
    if (!found) return undefined;
    const { target, sends } = found;
    const { entry, after } = row(name, target);
    const isNothing = target === state && sends.length + entry.length + after.length === 0;
    return isNothing ? undefined : enter(whole, name, target, sends);
  };
  const channel = ([from, to, type]: Envelope) =>
    order === 'none' ? `${from} ${to} ${type}` : order === 'per-pair' ? `${from} ${to}` : '';
  const arriving = ({ messages }: Whole): number[] => {
    const channels = messages.map(channel);
    return channels.flatMap((each, index) => (channels.indexOf(each) === index ? [index] : []));
  };
  const spend = (whole: Whole, budget: 0 | 1 | 2): Whole => {
    const [drops, duplicates, crashes] = whole.left;
    return {
      ...whole,
      left: [drops - Number(budget === 0), duplicates - Number(budget === 1), crashes - Number(budget === 2)],
    };
  };
  const without = (whole: Whole, index: number): Whole => ({ ...whole, messages: whole.messages.toSpliced(index, 1) });

  const successors = (whole: Whole) => {
    const found: (Omit<Edge, 'to'> & { readonly next: Whole })[] = [];
    /** `entered` has come into a state, the same one perhaps, so its delays are others. */
    const add = (label: string, isFair: boolean, next: Whole, entered?: string) => {
      const idsIn = ({ delays }: Whole) => delays.flatMap(([actor, id]) => (actor === entered ? [id] : []));
      const after = idsIn(next);
      const renews = idsIn(whole).flatMap((id) => (after.includes(id) ? [`timer ${entered} ${id}`] : []));
      found.push({ label, isFair, renews, next });
    };
    let isIdle = true;
    let isQuiet = true;
    for (const index of arriving(whole)) {
      const message = there(whole.messages[index]);
      const [, to, type] = message;
      const isOfUse = take(whole, to, type) !== undefined;
      if (isOfUse || !delayUnhandled) {
        if (isOfUse || !isSet) isIdle = isQuiet = false;
        const after = isSet ? whole : without(whole, index);
        add(`deliver ${message.join()}`, true, take(after, to, type) ?? after, isOfUse ? to : undefined);
        if (!isSet && whole.left[1] > 0)
          add(
            `again ${message.join()}`,
            false,
            take(spend(whole, 1), to, type) ?? spend(whole, 1),
            isOfUse ? to : undefined,
          );
      }
      if (whole.left[0] > 0) add(`drop ${message.join()}`, false, spend(without(whole, index), 0));
    }
    const least = Math.min(...whole.delays.map(([, , remaining]) => remaining));
    const isFirst = (index: number) => {
      const [actor, , remaining] = there(whole.delays[index]);
      return (
        remaining === least && !whole.delays.slice(0, index).some((each) => each[0] === actor && each[2] === least)
      );
    };
    whole.delays.forEach(([actor, id, remaining], index) => {
      isQuiet = false;
      if (timers === 'when-idle' && !isIdle) return;
      if (timers === 'by-delay' && !isFirst(index)) return;
      const passed = timers === 'by-delay' ? remaining : 0;
      const delays = whole.delays.map(([name, each, left]): Delay => [name, each, left - passed]);
      const ended = there(row(actor, there(whole.at[actor])).after.find(({ delay }) => id.endsWith(`.${delay}`)));
      add(`timer ${actor} ${id}`, true, enter({ ...whole, delays }, actor, ended.target, ended.sends), actor);
    });
    for (const [name, types] of Object.entries(stimuli)) {
      for (const type of types) {
        const next = take(whole, name, type);
        if (!next) continue;
        isQuiet = false;
        add(`stimulus ${name} ${type}`, false, next, name);
      }
    }
    for (const name of names) {
      const state = whole.at[name] ?? null;
      const own = whole.delays.filter(([actor]) => actor === name);
      if (state !== null && whole.left[2] > 0) {
        const kept = restart === 'persisted' ? { ...whole.kept, [name]: [state, own] as const } : whole.kept;
        const delays = whole.delays.filter(([actor]) => actor !== name);
        add(`crash ${name}`, false, spend({ ...whole, at: { ...whole.at, [name]: null }, delays, kept }, 2));
      }
      if (state !== null || restart === 'never') continue;
      isQuiet = false;
      const { [name]: saved, ...kept } = whole.kept;
      const again = saved && {
        ...whole,
        kept,
        at: { ...whole.at, [name]: saved[0] },
        delays: [...whole.delays, ...saved[1]],
      };
      add(`restart ${name}`, true, again ?? enter(whole, name, 0, []));
    }
    return { found, rests: isQuiet && !names.every((name) => hasEnded(name, whole.at[name] ?? null)) };
  };

  const keyOf = ({ at, messages, delays, left, kept }: Whole): string => {
    const texts = messages.map(String);
    const ordered =
      order === 'none'
        ? texts.toSorted()
        : order === 'global'
          ? texts
          : names.flatMap((from) =>
              names.map((to) => texts.filter((text) => text.startsWith(`${from},${to},`)).join(' ')),
            );
    // those of one actor in the order in which they began, where that tells which comes first
    const running =
      timers === 'by-delay'
        ? names.map((name) => delays.filter(([actor]) => actor === name).join(' '))
        : delays.map(([actor, id]) => `${actor} ${id}`).toSorted();
    return JSON.stringify([
      names.map((name) => at[name]),
      ordered,
      running,
      left.map(String),
      names.map((name) => kept[name]),
    ]);
  };

  let first: Whole = { at: {}, messages: [], delays: [], left: [options.drop, duplicate, options.crashes], kept: {} };
  for (const name of names) first = enter(first, name, 0, []);
  const isWithin = ({ messages }: Whole) => messages.length <= mostMessages;
  if (!isWithin(first)) return undefined;
  const numbers = new Map([[keyOf(first), 0]]);
  const states = [first];
  const depths = [0];
  const edges: Edge[][] = [];
  const rests: boolean[] = [];
  let generated = 1;
  for (let index = 0; index < states.length; index++) {
    if (states.length > most) return undefined;
    const { found, rests: isRest } = successors(there(states[index]));
    rests.push(isRest);
    edges.push(
      found.map(({ label, isFair, renews, next }) => {
        if (!isWithin(next)) return { label, isFair, renews, to: -1 };
        generated++;
        const key = keyOf(next);
        const to = numbers.get(key) ?? states.length;
        if (to === states.length) {
          numbers.set(key, to);
          states.push(next);
          depths.push(there(depths[index]) + 1);
        }
        return { label, isFair, renews, to };
      }),
    );
  }
  return { states, depths, edges, generated, rests };
}

/** Whether a fair run exists on which something never holds: it stays for ever among states that reach each other, and whatever must happen and is possible in all of them happens. */
export function canDoWithout({ states, edges }: Graph, holds: (state: Whole) => boolean): boolean {
  const bad = states.map((state) => !holds(state));
  const reachOf = (from: number): Set<number> => {
    const reach = new Set([from]);
    for (const state of reach) for (const { to } of there(edges[state])) if (to >= 0 && bad[to]) reach.add(to);
    return reach;
  };
  if (!bad[0]) return false;
  const looked = new Set<number>();
  const reaches = new Map([...reachOf(0)].map((state) => [state, reachOf(state)]));
  for (const [state, reach] of reaches) {
    if (looked.has(state)) continue;
    const members = [...reach].filter((other) => there(reaches.get(other)).has(state));
    for (const member of members) looked.add(member);
    const inside = members.flatMap((member) => there(edges[member]).filter(({ to }) => members.includes(to)));
    const due = there(edges[state]).filter(
      ({ label, isFair }) =>
        isFair && members.every((member) => there(edges[member]).some((edge) => edge.label === label)),
    );
    if (due.every(({ label }) => inside.some((edge) => edge.label === label || edge.renews.includes(label))))
      return true;
  }
  return false;
}

/** What is looked up where it must be. */
function there<T>(found: T | null | undefined): T {
  if (found === undefined || found === null) throw new Error('It is not where it must be.');
  return found;
}
