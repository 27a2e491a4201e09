import { createMachine, type AnyStateMachine } from 'xstate';
import { barrier } from 'troupe/actors';
import { describe, expect, it } from 'vitest';
import { describeConfig } from '../src/inspection-records.ts';
import { allStates, describeMachine } from '../src/inspector/definition.ts';
import { machineToMermaid } from '../src/inspector/mermaid.ts';
import { busy, crossing, editor, large } from './support/machines.ts';

const told = (machine: unknown) => {
  const definition = describeMachine(describeConfig(machine));
  if (!definition) throw new Error('no machine');
  return definition;
};

/** The lines that Mermaid's documentation of state diagrams knows, with text that cannot end before its line does. */
const TEXT = String.raw`(?:[\p{L}\p{N} _.,/()[\]+=!?*&|→-]|#\d+;)+`;
const LINES = [
  'stateDiagram-v2',
  'direction (?:TB|LR)',
  `state "${TEXT}" as s\\d+`,
  `s\\d+ : ${TEXT}`,
  'state s\\d+ \\{',
  '\\}',
  '--',
  '\\[\\*\\] --> s\\d+',
  's\\d+ --> \\[\\*\\]',
  `s\\d+ --> s\\d+ : ${TEXT}`,
  'note right of s\\d+',
  'end note',
].map((line) => new RegExp(`^ *${line}$`, 'u'));

function checkGrammar(text: string): void {
  let [depth, inNote] = [0, false];
  for (const line of text.trimEnd().split('\n')) {
    const allowed = inNote && line.trim() !== 'end note' ? [new RegExp(`^ *${TEXT}$`, 'u')] : LINES;
    expect([line, allowed.some((known) => known.test(line))]).toEqual([line, true]);
    if (line.trim().startsWith('note ')) inNote = true;
    if (line.trim() === 'end note') inNote = false;
    if (line.endsWith('{')) depth += 1;
    if (line.trim() === '}') depth -= 1;
  }
  expect([depth, inNote]).toEqual([0, false]);
}

describe("Mermaid's text of a machine", () => {
  const machines = { barrier, busy, crossing, editor, large: large(60) };
  for (const [name, machine] of Object.entries(machines) as [string, AnyStateMachine][]) {
    it(`keeps to the grammar and tells each transition once for each target: ${name}`, () => {
      const definition = told(machine);
      const text = machineToMermaid(definition);
      checkGrammar(text);
      const drawn = text
        .split('\n')
        .filter((line) => /s\d+ --> s\d+ :|→| from | ignored|^ +(?!s\d|note|end|state|direction)\S+.* \/ /.test(line));
      const count = allStates(definition).flatMap(({ transitions, entry, exit, invoke, type, initial }) => [
        ...transitions,
        ...(entry.length > 0 ? ['entry'] : []),
        ...(exit.length > 0 ? ['exit'] : []),
        ...invoke,
        ...(type === 'history' && initial !== undefined ? ['history'] : []),
      ]).length;
      expect(drawn).toHaveLength(count);
    });
  }

  it('draws nested and parallel states, ends, history, guards, delays, and what a state does', () => {
    const text = machineToMermaid(told(editor), 'right');
    expect(text.split('\n').slice(0, 6)).toEqual([
      'stateDiagram-v2',
      '  direction LR',
      '  s0 : editor',
      '  state s0 {',
      '    direction LR',
      '    [*] --> s1',
    ]);
    expect(text).toMatch(/state s2 \{\n +direction LR\n +s3 : text\n +state s3 \{[^{}]*\}\n +--\n +s7 : view\n/);
    expect(text).toMatch(/state "closed" as s15\n +s15 --> \[\*\]/);
    expect(text).toContain('state "H*" as s12');
    expect(text).toContain('s12 --> s8 : at first');
    expect(text).toContain('s1 --> s14 : after 5000 ms');
    expect(text.replaceAll(/s\d+/g, 's')).toContain('s --> s : CLOSE [isSaved]');
    // between composites: the line is drawn where both are seen, and says the rest
    expect(text).toContain('s2 --> s14 : saving error#58; write');
    expect(text).toMatch(/: RESUME → last/);
    expect(text).toMatch(/note right of s6\n +entry \/ freeze\n +exit \/ thaw\n +invoke \/ write\n +end note/);
  });

  it('says in a note what leads from a state to one within, or out to its own', () => {
    const machine = createMachine({
      id: 'm',
      on: { IN: '.a.b' },
      initial: 'a',
      states: { a: { initial: 'b', states: { b: { on: { OUT: '#m.a', ME: 'b' } } } } },
    });
    const text = machineToMermaid(told(machine));
    checkGrammar(text);
    expect(text).toMatch(/note right of s2\n +from m IN\n +OUT → a\n +end note/);
    expect(text).toContain('s2 --> s2 : ME');
  });

  it('escapes whatever could end a label or be taken for a word of its own', () => {
    const odd = [
      'a:b',
      'a;b',
      '"q"',
      '#1',
      '{',
      '}',
      '<<fork>>',
      '[[fork]]',
      '--',
      '-->',
      '%% x',
      'direction TB',
      'end note',
      'a\nb',
      'é ü 漢',
    ];
    const machine = createMachine({
      id: odd.join(' '),
      initial: odd[0] as string,
      states: Object.fromEntries(
        odd.map((key, index) => [
          key,
          {
            id: `i${index}`,
            entry: key,
            on: {
              [key]: { target: `#i${(index + 1) % odd.length}`, guard: key, actions: key },
              [`${key} `]: { actions: key },
            },
          },
        ]),
      ),
    } as never);
    const text = machineToMermaid(told(machine));
    checkGrammar(text);
    expect(text).not.toMatch(/direction (?!TB$)|\[\[|<<|%%/m);
    expect(text.match(/direction TB/g)).toHaveLength(2); // its own
    expect(text.match(/end note/g)).toHaveLength(odd.length);
    expect(text).toContain('é ü 漢');
  });

  it('draws a machine without states', () => {
    expect(machineToMermaid(told(createMachine({ id: 'one' })))).toBe(
      'stateDiagram-v2\n  direction TB\n  state "one" as s0\n',
    );
  });
});
