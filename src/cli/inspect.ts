// `troupe inspect`: runs a program in a process of its own, as Node would, with an inspector that it does not know of; or shows a recording.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { LookSettings } from './look-on.ts';
import { loaderFor, resolveProgram, runProgram } from './run-program.ts';
import { BAD_USE, refuse } from './usage.ts';

/** Runs the command; resolves with the exit code, which is the program's own. */
export async function inspect(args: readonly string[]): Promise<number> {
  const given = read(args);
  if (typeof given === 'string') return refuse(given);
  const { file, programArgs, settings } = given;
  // it brings the inspector, which a program has in its own process
  if (file.endsWith('.ndjson')) return (await import('./show-file.ts')).showFile(file, settings);
  const program = resolveProgram(file);
  if (program === undefined) return refuse(`There is no program '${file}' in ${process.cwd()}.`);
  const loader = loaderFor(program);
  if (loader === undefined) {
    console.error(
      `Cannot run ${file}: this Node does not strip types and tsx is not installed. Compile it, install tsx, or use Node 22.18 or newer.`,
    );
    return BAD_USE;
  }
  return runProgram(resolve(file), programArgs, { program, loader, settings });
}

interface Given {
  readonly file: string;
  readonly programArgs: readonly string[];
  readonly settings: LookSettings;
}

/** What was asked for, or why it cannot be. */
function read(args: readonly string[]): Given | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        'no-wait': { type: 'boolean', default: false },
        'allow-send': { type: 'boolean', default: false },
      },
    });
    const [file, ...programArgs] = positionals;
    if (file === undefined) return 'There is nothing to inspect: give a program, or a recording.';
    const { port } = values;
    if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
      return `Cannot take '${port}' for --port: it must be a whole number from 0 to 65535.`;
    const settings = {
      ...(port === undefined ? {} : { port: Number(port) }),
      open: !values['no-open'],
      wait: !values['no-wait'],
      allowSend: values['allow-send'],
    };
    return { file, programArgs, settings };
  } catch (error) {
    return (error as Error).message; // of parseArgs, which throws nothing else
  }
}
