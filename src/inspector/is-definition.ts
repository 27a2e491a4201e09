// Whether something is what machines are made of, all of it: it comes from recordings, too, which come from anywhere. Whoever draws a machine relies on it.
import type { MachineDefinition } from './records.ts';

export function isDefinition(value: unknown): value is MachineDefinition {
  return isObject(value) && typeof value['id'] === 'string' && isState(value['root'], 0);
}

/** No machine is nested so deep; one that would have been made to harm is. */
const DEEPEST = 500;
const TYPES: readonly unknown[] = ['atomic', 'compound', 'parallel', 'final', 'history'];

function isState(value: unknown, depth: number): boolean {
  return (
    isObject(value) &&
    depth < DEEPEST &&
    typeof value['id'] === 'string' &&
    typeof value['key'] === 'string' &&
    TYPES.includes(value['type']) &&
    [value['initial'], value['history'], value['description']].every(isTextOrNone) &&
    [value['tags'], value['entry'], value['exit']].every((texts) => isList(texts, isText)) &&
    isList(value['invoke'], isInvoke) &&
    isList(value['transitions'], isTransition) &&
    isList(value['states'], (state) => isState(state, depth + 1))
  );
}

function isTransition(value: unknown): boolean {
  return (
    isObject(value) &&
    [value['source'], value['event'], value['label']].every(isText) &&
    isTextOrNone(value['guard']) &&
    isList(value['targets'], isText) &&
    isList(value['actions'], isText)
  );
}

const isInvoke = (value: unknown) => isObject(value) && isText(value['src']) && isTextOrNone(value['id']);
const isText = (value: unknown) => typeof value === 'string';
const isTextOrNone = (value: unknown) => value === undefined || typeof value === 'string';
const isList = (value: unknown, isItem: (item: unknown) => boolean) => Array.isArray(value) && value.every(isItem);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
