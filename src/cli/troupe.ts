#!/usr/bin/env node
// The command line of troupe: which command it is, and the code that it ends with, which is 2 for bad use.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inspect } from './inspect.ts';
import { CHECK_USAGE, DRAW_USAGE, INSPECT_USAGE, refuse, USAGE } from './usage.ts';

type Command = (args: readonly string[]) => Promise<number> | number;

const COMMANDS: Readonly<Record<string, Command>> = {
  inspect: helping(INSPECT_USAGE, inspect),
  // it brings what draws, which the others do without
  draw: helping(DRAW_USAGE, async (given) => (await import('./draw.ts')).draw([...given])),
  check: helping(CHECK_USAGE, async (given) => (await import('./check.ts')).check(given)),
  '--help': () => tell(USAGE),
  '-h': () => tell(USAGE),
  '--version': () => tell(versionOf()),
};

const [command, ...args] = process.argv.slice(2);
const run = command !== undefined && Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
process.exitCode = run
  ? await run(args)
  : refuse(command === undefined ? 'Give a command.' : `There is no command '${command}'.`);

/** A command that tells how it is used when it is asked. */
function helping(usage: string, begin: Command): Command {
  return (given) => {
    // what comes after `--` is said to a program
    const own = given.includes('--') ? given.slice(0, given.indexOf('--')) : given;
    return own.some((each) => each === '--help' || each === '-h') ? tell(usage) : begin(given);
  };
}

function tell(text: string): number {
  console.log(text);
  return 0;
}

function versionOf(): string {
  // by its own name, for the built file stands elsewhere than this one
  const file = createRequire(import.meta.url).resolve('troupe/package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return version;
}
