// A machine as the text of a Mermaid `stateDiagram-v2`, for READMEs and reports. States have numbers for ids and their keys as labels, so that any key will do.
// Mermaid allows no line between states of different composites, nor from a state to one within: the first is drawn between the composites and says the rest in
// its label, the second is a note, and so is all that a state does by itself.
import { transitionText } from './chart/rows.ts';
import type { MachineDefinition, StateDefinition, TransitionDefinition } from './records.ts';

/** The text, with a line break at its end. */
export function machineToMermaid({ root }: MachineDefinition, direction: 'down' | 'right' = 'down'): string {
  const places = new Map<string, Place>();
  const all: Place[] = [];
  const place = (state: StateDefinition, parent: Place | undefined): Place => {
    const placed: Place = { name: `s${all.length}`, state, parent, children: [] };
    all.push(placed);
    places.set(state.id, placed);
    for (const child of state.states) placed.children.push(place(child, placed));
    return placed;
  };
  const top = place(root, undefined);
  const said: Said = { lines: new Map(), notes: new Map() };
  for (const from of all) say(from, places, said);
  const flow = `direction ${direction === 'down' ? 'TB' : 'LR'}`;
  return `${['stateDiagram-v2', `  ${flow}`, ...write(top, said, flow).map(indent)].join('\n')}\n`;
}

/** A state, and what it is called here. */
interface Place {
  readonly name: string;
  readonly state: StateDefinition;
  readonly parent: Place | undefined;
  readonly children: Place[];
}

/** What there is to say beside the states: lines by the composite that they are in, and notes by state. */
interface Said {
  readonly lines: Map<Place, string[]>;
  readonly notes: Map<Place, string[]>;
}

const indent = (line: string) => `  ${line}`;

function write(place: Place, said: Said, flow: string): string[] {
  const { name, state, children } = place;
  const title = state.type === 'history' ? (state.history === 'deep' ? 'H*' : 'H') : state.key;
  const notes = said.notes.get(place) ?? [];
  const note =
    notes.length === 0 ? [] : [`note right of ${name}`, ...notes.map((text) => indent(escape(text))), 'end note'];
  if (children.length === 0) {
    return [`state "${escape(title)}" as ${name}`, ...(state.type === 'final' ? [`${name} --> [*]`] : []), ...note];
  }
  const initial = children.find((child) => state.type === 'compound' && child.state.id === state.initial);
  const regions = children.flatMap((child, index) => [
    ...(state.type === 'parallel' && index > 0 ? ['--'] : []),
    ...write(child, said, flow),
  ]);
  return [
    `${name} : ${escape(title)}`,
    `state ${name} {`,
    ...[flow, ...(initial ? [`[*] --> ${initial.name}`] : []), ...regions, ...(said.lines.get(place) ?? [])].map(
      indent,
    ),
    '}',
    ...note,
  ];
}

function say(from: Place, places: ReadonlyMap<string, Place>, { lines, notes }: Said): void {
  const { entry, exit, invoke, tags, type, initial, transitions } = from.state;
  const add = (to: Map<Place, string[]>, place: Place, text: string) => to.set(place, [...(to.get(place) ?? []), text]);
  const note = (text: string, place = from) => add(notes, place, text);

  if (entry.length > 0) note(`entry / ${entry.join(', ')}`);
  if (exit.length > 0) note(`exit / ${exit.join(', ')}`);
  for (const { src } of invoke) note(`invoke / ${src}`);
  if (tags.length > 0) note(`tags ${tags.join(', ')}`);

  const lead = (target: Place, text: string) => {
    const [outer, source, end] = between(from, target);
    // regions of a parallel state have no lines between them either
    if (!outer || !source || !end || (outer.state.type === 'parallel' && source !== end)) {
      return isWithin(target, from)
        ? note(`from ${from.state.key} ${text}`, target)
        : note(`${text} → ${target.state.key}`);
    }
    const start = source === from ? '' : `${from.state.key} `;
    const rest = end === target ? '' : ` → ${target.state.key}`;
    return add(lines, outer, `${source.name} --> ${end.name} : ${escape(`${start}${text}${rest}`)}`);
  };

  const past = type === 'history' ? places.get(initial ?? '') : undefined;
  if (past) lead(past, 'at first');
  for (const transition of transitions) {
    const targets = transition.targets.flatMap((id) => places.get(id) ?? []);
    const text = transitionText(transition);
    if (targets.length === 0) note(staysText(transition));
    for (const target of targets) lead(target, text);
  }
}

const staysText = (transition: TransitionDefinition) =>
  [transitionText(transition), ...(transition.targets.length > 0 ? ['→', ...transition.targets] : [])].join(' ');

/** The composite that two states have in common, and those of its children that they are or are in. */
function between(from: Place, to: Place): readonly [Place | undefined, Place | undefined, Place | undefined] {
  if (from === to) return [from.parent, from, from];
  const [left, right] = [lineage(from), lineage(to)];
  let depth = 0;
  while (depth < left.length && left[depth] === right[depth]) depth += 1;
  return [left[depth - 1], left[depth], right[depth]];
}

const lineage = (place: Place): Place[] => [...(place.parent ? lineage(place.parent) : []), place];

const isWithin = (inner: Place, outer: Place) => inner !== outer && lineage(inner).includes(outer);

/** Mermaid's grammar ends a label at some characters and takes some words for its own: they are written by number. */
function escape(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\p{L}\p{N} _.,/()[\]+=!?*&|→-]|(?<=\[)\[|\bd(?=irection )|\be(?=nd note)/giu, byNumber);
}

const byNumber = (letter: string) => `#${letter.codePointAt(0)};`;
