// `troupe draw`: the statechart of a machine that a module exports, as a picture or as Mermaid's text; or the messages of a recording, as that text.
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isTroupeError } from '../errors.ts';
import { createLayouter } from '../inspector/chart/layouter.ts';
import { describeMachine } from '../inspector/definition.ts';
import { machineToMermaid } from '../inspector/mermaid.ts';
import type { MachineDefinition } from '../inspector/records.ts';
import { recordingToMermaid } from '../inspector/sequence-mermaid.ts';
import { describeConfig } from '../inspection-records.ts';
import { createLoader } from '../load.ts';
import { isMachine } from '../version.ts';
import { chartFile } from './chart-file.ts';
import { openElk } from './elk-thread.ts';
import { readFile } from './recording-file.ts';
import { DRAW_USAGE } from './usage.ts';

/** Runs the command; resolves with the exit code: 0, 1 if there is nothing to draw, or 2 for bad use. */
export async function draw(args: readonly string[], streams: Streams = process): Promise<number> {
  const fail = (text: string, code = 1) => {
    streams.stderr.write(`${text}\n`);
    return code;
  };
  const write = (text: string, file: string | undefined) => {
    const problem = file === undefined ? void streams.stdout.write(text) : writeText(text, file);
    return problem === undefined ? 0 : fail(problem);
  };

  const given = read(args);
  if (typeof given === 'string') return fail(`${given}\n\n${DRAW_USAGE}`, 2);
  if ('recording' in given) {
    const recording = readFile(given.recording);
    if (typeof recording === 'string') return fail(recording);
    if (recording.problem !== undefined) streams.stderr.write(`${recording.problem}\n`);
    return write(recordingToMermaid(recording.records), given.out);
  }
  const { module, name, direction, mermaid, out } = given;
  const definition = await load(module, name);
  if (typeof definition === 'string') return fail(definition);
  if (mermaid) return write(machineToMermaid(definition, direction), out);

  const layouter = createLayouter(openElk);
  const { drawing, problem } = await layouter.draw(definition, direction);
  layouter.close();
  if (!drawing)
    return fail(`Cannot draw ${module}#${name}: it has no layout: ${problem}. Its text needs none: give --mermaid.`);
  return write(await chartFile(drawing), out);
}

/** Where it is written to, and what goes wrong is told. */
interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

interface Given {
  readonly module: string;
  readonly name: string;
  readonly direction: 'down' | 'right';
  readonly mermaid: boolean;
  readonly out: string | undefined;
}

interface GivenRecording {
  readonly recording: string;
  readonly out: string | undefined;
}

/** What was asked for, or why it cannot be. */
function read(args: readonly string[]): Given | GivenRecording | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        svg: { type: 'boolean', default: false },
        mermaid: { type: 'boolean', default: false },
        direction: { type: 'string', default: 'down' },
        out: { type: 'string' },
      },
    });
    const { svg, mermaid, direction, out } = values;
    const [what = '', ...more] = positionals;
    const isRecording = what.endsWith('.ndjson');
    const at = what.lastIndexOf('#');
    if (!isRecording && (at <= 0 || at === what.length - 1))
      return 'Say what to draw: a module and the name of its export after a #, or a recording.';
    if (more.length > 0) return `Cannot draw more than one thing at a time: '${more.join(' ')}' is too much.`;
    if (svg && mermaid) return 'Give either --svg or --mermaid.';
    if (direction !== 'down' && direction !== 'right')
      return `Cannot take '${direction}' for --direction: it is down or right.`;
    if (isRecording)
      return svg ? 'A recording is written as text for Mermaid alone: leave out --svg.' : { recording: what, out };
    return { module: what.slice(0, at), name: what.slice(at + 1), direction, mermaid, out };
  } catch (error) {
    return (error as Error).message; // of parseArgs, which throws nothing else
  }
}

/** The machine's definition, or why there is none. */
async function load(module: string, name: string): Promise<MachineDefinition | string> {
  const isUrl = /^[a-z][a-z+.-]+:/i.test(module) && !existsSync(module);
  // beside it a TypeScript file may stand, which is loaded then
  const path = resolve(module);
  if (!isUrl && !existsSync(path) && !existsSync(path.replace(/js$/, 'ts')))
    return `Cannot draw ${module}#${name}: there is no such file in ${process.cwd()}.`;
  const source = isUrl ? module : pathToFileURL(path).href;
  const noMachine = `Cannot draw ${module}#${name}: it is no state machine. Only what createMachine made can be drawn.`;
  try {
    const logic = await createLoader().load(source, name);
    const definition = isMachine(logic) ? describeMachine(describeConfig(logic)) : undefined;
    return definition ?? noMachine;
  } catch (error) {
    if (isTroupeError(error, 'NO_SUCH_EXPORT')) return `Cannot draw ${module}#${name}: ${exportsText(error.details)}`;
    if (isTroupeError(error, 'NOT_ACTOR_LOGIC')) return noMachine;
    return isTroupeError(error) ? error.message : `Cannot draw ${module}#${name}: ${String(error)}`;
  }
}

const exportsText = ({ exports = [] }: { readonly exports?: readonly string[] }) =>
  `there is no such export. It exports ${exports.length > 0 ? exports.join(', ') : 'nothing'}.`;

/** Says what went wrong, if it did. */
function writeText(text: string, file: string): string | undefined {
  try {
    writeFileSync(file, text);
    return undefined;
  } catch (error) {
    return `Cannot write ${file}: ${(error as Error).message}.`;
  }
}
