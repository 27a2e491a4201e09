// What a space is put together from: its nodes, all that is interned, and where in a state's words what is.
import type { AnyActorLogic } from 'xstate';
import { createAddresses, type Addresses } from './addresses.ts';
import { createConfigurations, type Configurations, type Watch } from './configurations.ts';
import { createDowns, type Downs } from './downs.ts';
import { createExtras, type Extras } from './extras.ts';
import { createForget, type Forget } from './forgetting.ts';
import { createInterner, type Interner } from './interner.ts';
import { createNetwork, type Network } from './network.ts';
import type { Node } from '../node/node.ts';
import type { ModelOptions, TimerOrder } from '../options.ts';
import type { ActionCode } from './space.ts';
import { createSteps, type Steps } from './steps.ts';
import { createSubjects, type Subjects, type Values } from './subjects.ts';

/** The options of whatever model. */
export type AnyModelOptions = ModelOptions<Record<string, AnyActorLogic>, unknown>;

export interface Parts {
  readonly names: readonly string[];
  readonly nodes: readonly Node[];
  readonly subjects: Subjects;
  readonly addresses: Addresses;
  readonly configurations: Configurations;
  readonly steps: Steps;
  readonly extras: Extras;
  readonly network: Network;
  readonly downs: Downs;
  readonly forget: Forget;
  readonly watches: Interner<Watch>;
  /** The place of the word for all else in a state; -1 if there is none. */
  readonly extraAt: number;
  /** The place of the first message. */
  readonly networkAt: number;
  readonly timerOrder: TimerOrder;
  readonly delaysUnhandled: boolean;
  /** Whether messages may be lost, or arrive more than once. */
  readonly isFallible: boolean;
  readonly hasStimuli: boolean;
  /** By node, how it crashes and starts again; -1 where it does not. Empty where nobody crashes. */
  readonly crashCodes: readonly ActionCode[];
  readonly restartCodes: readonly ActionCode[];
}

export function createParts(options: AnyModelOptions, nodes: readonly Node[], values: Values): Parts {
  const { network: networkOptions = {}, crash, stimuli = {}, timers = 'any-order' } = options;
  const names = nodes.map(({ name }) => name);
  const subjects = createSubjects(names, values);
  const addresses = createAddresses(names, values);
  const watches = createInterner<Watch>();
  const configurations = createConfigurations(options, nodes, subjects, watches, addresses.idsOf);
  const extras = createExtras(options, subjects, values);
  const network = createNetwork(networkOptions, subjects);
  const networkAt = names.length + (extras.isUsed ? 1 : 0);
  const crashes = crash !== undefined && crash.max > 0;
  const mayCrash = (name: string): boolean => crash?.who?.includes(name) ?? true;
  return {
    names,
    nodes,
    subjects,
    addresses,
    configurations,
    steps: createSteps(nodes, configurations, subjects, network, crash?.restart, values),
    extras,
    network,
    downs: createDowns(names, subjects, configurations, watches, network, networkAt),
    forget: createForget(nodes, subjects, configurations, addresses, networkAt),
    watches,
    extraAt: extras.isUsed ? names.length : -1,
    networkAt,
    timerOrder: timers,
    delaysUnhandled: networkOptions.delayUnhandled === true && !network.isOrdered,
    isFallible: (networkOptions.drop ?? 0) > 0 || (networkOptions.duplicate ?? 0) > 0,
    hasStimuli: Object.values(stimuli).some((events) => (events ?? []).length > 0),
    crashCodes: crashes ? names.map((name, node) => (mayCrash(name) ? subjects.crash(node) : -1)) : [],
    restartCodes: crashes ? names.map((_name, node) => (crash.restart === 'never' ? -1 : subjects.restart(node))) : [],
  };
}
