// The configurations of all nodes by number, and what is to be known of each to walk the space: what it may do by itself, whom it watches, of whom it speaks. Computed
// once for each.
import type { AnyActorLogic, EventObject } from 'xstate';
import { arrangementOf } from './arrangement.ts';
import { createInterner, type Interner } from './interner.ts';
import { createOffers, type Offers } from './offers.ts';
import type { Configuration, Node, Occurrence } from '../node/node.ts';
import type { ModelOptions } from '../options.ts';
import type { ActionCode } from './space.ts';
import { subjectOf } from './codes.ts';
import type { Subjects } from './subjects.ts';
import { livesOver } from '../node/watched-lives.ts';

/** A configuration, and what may be done with it. */
export interface Plan {
  readonly node: number;
  readonly configuration: Configuration;
  /** What its root has failed with, if it has. */
  readonly failure: { readonly error: unknown } | undefined;
  readonly isCrashed: boolean;
  /** Its root is done or has failed. It has not ended by a crash. */
  readonly hasEnded: boolean;
  /** The delays that may end; where time counts, the one that ends first. */
  readonly timers: readonly ActionCode[];
  /** Where time counts, milliseconds until one of them ends; `Infinity` without any. */
  readonly least: number;
  /** Outcomes and restarts of its actors. */
  readonly own: readonly ActionCode[];
  readonly stimuli: readonly ActionCode[];
  /** Numbers of its pairs of watcher and target. */
  readonly watches: readonly number[];
  /** How many lives of its actors are over, as text; empty where none is. */
  readonly lives: string;
  /** What the node is told, by the subject of an action, where that differs from configuration to configuration. */
  readonly occurrences: ReadonlyMap<number, Occurrence>;
  /** Numbers of the addresses that it speaks of. */
  readonly mentions: readonly number[];
  /** The places of the nodes that it speaks of, as bits; its own among them. Of more than 28 nodes nothing is said. */
  readonly reach: number;
}

/** The configurations of all nodes, by number. */
export interface Configurations {
  readonly count: number;
  idOf(node: number, configuration: Configuration): number;
  plan(id: number): Plan;
  /** Some configurations that count as the same, but hold what has no order in another order. */
  variants(id: number): readonly Configuration[];
  isCrashed(id: number): boolean;
  /** Whether any of them remembers how an actor has ended that is not there any more. */
  readonly hasEnds: boolean;
  /** What they may do by themselves. */
  readonly offers: Offers;
  /** Whether the root has failed in any of them. */
  readonly hasFailures: boolean;
}

/** A watcher and whom it watches. */
export interface Watch {
  readonly node: number;
  readonly watcher: string;
  readonly target: string;
  /** How many lives of it were over when it began. */
  readonly life: number;
}

/** Of so many it is looked whether it matters in which order things are: of all there may be far too many. */
const mostVariants = 3;
const none: readonly Configuration[] = [];

/** @param addressIds - gives the numbers of addresses. */
export function createConfigurations(
  options: ModelOptions<Record<string, AnyActorLogic>, unknown>,
  nodes: readonly Node[],
  subjects: Subjects,
  watches: Interner<Watch>,
  addressIds: (addresses: readonly string[]) => readonly number[],
): Configurations {
  const plans = createInterner<Plan>();
  const crashed: boolean[] = [];
  const offers = createOffers();
  const arrangements: string[][] = [];
  const variants: Configuration[][] = [];
  let hasFailures = false;
  let hasEnds = false;
  const isTimed = options.timers === 'by-delay';
  const stimuli = nodes.map(({ name }, node) =>
    ((options.stimuli?.[name] ?? []) as readonly EventObject[]).map((event) =>
      subjects.stimulus(node, { type: 'stimulus', event }),
    ),
  );

  const bits = new Map(nodes.map(({ name }, place) => [name, 1 << place]));
  const bitOf = (address: string): number => {
    const slash = address.indexOf('/');
    return bits.get(slash < 0 ? address : address.slice(0, slash)) ?? 0;
  };

  const planOf = (place: number, configuration: Configuration): Plan => {
    const node = nodes[place] as Node;
    const root = configuration.crashed ? undefined : configuration.actors.get(node.name)?.snapshot;
    const status = root?.status;
    const occurrences = new Map<number, Occurrence>();
    const ordinals = new Map<number, number>();
    const timers: ActionCode[] = [];
    const own: ActionCode[] = [];
    let least = Infinity;
    let isWaiting = false;
    const timer = (occurrence: Occurrence & { readonly type: 'timer' }): void => {
      const armed = configuration.timers[occurrence.index];
      if (armed === undefined) return;
      const alike = subjectOf(subjects.timer(place, armed, 0));
      const ordinal = ordinals.get(alike) ?? 0;
      ordinals.set(alike, ordinal + 1);
      const code = subjects.timer(place, armed, ordinal);
      occurrences.set(subjectOf(code), occurrence);
      const remaining = armed.remaining ?? 0;
      if (isTimed && remaining >= least) return;
      if (isTimed) timers.length = 0;
      least = remaining;
      timers.push(code);
    };
    for (const occurrence of configuration.crashed ? [] : node.spontaneous(configuration)) {
      if (occurrence.type === 'timer') timer(occurrence);
      else if (occurrence.type === 'restart') {
        own.push(subjects.revive(place, occurrence));
        isWaiting ||= occurrence.actor === node.name;
      } else {
        const src = configuration.actors.get(occurrence.actor)?.src ?? '';
        own.push(subjects.outcome(place, occurrence, src, node.outcomeOf(configuration, occurrence)));
      }
    }
    hasFailures ||= status === 'error';
    hasEnds ||= (configuration.ends?.size ?? 0) > 0;
    return {
      node: place,
      configuration,
      failure: status === 'error' ? { error: root?.error } : undefined,
      isCrashed: configuration.crashed,
      hasEnded: status === 'done' || status === 'error' || status === 'stopped',
      timers,
      least,
      own,
      // whoever waits to be restarted keeps what comes, and users may click for ever: they click once it is there again
      stimuli: configuration.crashed || isWaiting ? [] : (stimuli[place] ?? []),
      watches: node
        .watches(configuration)
        .map(({ watcher, target, life = 0 }) =>
          watches.idOf(`${watcher} ${target} ${life}`, () => ({ node: place, watcher, target, life })),
        ),
      lives: livesIn(configuration),
      occurrences,
      mentions: addressIds(configuration.mentions),
      reach: configuration.mentions.reduce((reach, address) => reach | bitOf(address), 1 << place),
    };
  };

  const compare = (id: number, configuration: Configuration): void => {
    const first = plans.at(id).configuration;
    const others = (variants[id] ??= []);
    if (first === configuration || others.length === mostVariants) return;
    const known = (arrangements[id] ??= [arrangementOf(first)]);
    const arrangement = arrangementOf(configuration);
    if (known.includes(arrangement)) return;
    known.push(arrangement);
    others.push(configuration);
  };

  return {
    get count() {
      return plans.count;
    },
    idOf(place, configuration) {
      const id = plans.idOf(`${place} ${configuration.key}`, (number) => {
        crashed[number] = configuration.crashed;
        const plan = planOf(place, configuration);
        offers.add(plan.timers, plan.own);
        return plan;
      });
      compare(id, configuration);
      return id;
    },
    plan: plans.at,
    get hasEnds() {
      return hasEnds;
    },
    variants: (id) => variants[id] ?? none,
    get hasFailures() {
      return hasFailures;
    },
    isCrashed: (id) => crashed[id] as boolean,
    offers,
  };
}

function livesIn({ actors }: Configuration): string {
  const lives = [...actors].flatMap(([address, actor]) => {
    const over = livesOver(actor);
    return over === 0 ? [] : [`${address} ${over}`];
  });
  return lives.join('\n');
}
