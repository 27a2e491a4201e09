// What kind of logic an actor has, by the functions of XState's own kinds: their logic bears no name, but its text is the same each time.
import {
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  type AnyActorLogic,
} from 'xstate';
import { isMachine } from './version.ts';

export type LogicKind = 'machine' | 'promise' | 'callback' | 'observable' | 'transition' | 'store' | 'logic';

const known = new WeakMap<object, LogicKind>();

export function kindOfLogic(logic: unknown): LogicKind {
  if (typeof logic !== 'object' || logic === null) return 'logic';
  let kind = known.get(logic);
  if (!kind) known.set(logic, (kind = findKind(logic as AnyActorLogic)));
  return kind;
}

let texts: ReadonlyMap<string, LogicKind> | undefined;

function findKind(logic: AnyActorLogic): LogicKind {
  if (isMachine(logic)) return 'machine';
  texts ??= new Map<string, LogicKind>([
    [String(fromPromise(async () => {}).transition), 'promise'],
    [String(fromCallback(() => {}).transition), 'callback'],
    [String(fromObservable(nothing).transition), 'observable'],
    [String(fromEventObservable(nothing).transition), 'observable'],
    [String(fromTransition((state: unknown) => state, undefined).transition), 'transition'],
  ]);
  // what supervises it has it as its prototype
  for (let each: object | null = logic; each; each = Object.getPrototypeOf(each) as object | null) {
    const kind = texts.get(String((each as Partial<AnyActorLogic>).transition));
    if (kind) return kind;
  }
  const { config } = logic as { readonly config?: unknown };
  return typeof config === 'object' && config !== null && 'on' in config && 'context' in config ? 'store' : 'logic';
}

const nothing = () => ({ subscribe: () => ({ unsubscribe() {} }) });
