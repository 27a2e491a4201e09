// Looks at the program of this process, which does not know of it: at each root that it starts. The program begins when a page looks, and when it has come to its end the
// process stays until the pages have left, as it does with Node's own inspector.
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Actor } from 'xstate';
import { createOnlooker, type Onlooker } from '../inspector/create-inspector.ts';
import { watchRoots } from '../xstate.ts';

/** What the command line says to the process that it starts. */
export interface LookSettings {
  readonly port?: number;
  readonly open: boolean;
  readonly wait: boolean;
  readonly allowSend: boolean;
}

/** Resolves when the program may begin. */
export async function lookOn(settings: string): Promise<void> {
  const { wait, ...options } = JSON.parse(settings) as LookSettings;
  const program = process.argv[1] as string;
  const inspector = await createOnlooker({ ...options, title: basename(program) });
  for (const actors of new Set([Actor, await actorsOf(program)])) watchRoots(actors, inspector.adopt);
  console.error(`Inspector: ${inspector.url}`);
  stayWhileLooked(inspector);
  if (!wait) return;
  console.error('The program begins when its page is open.');
  await inspector.looked();
}

/** The class of the program's own XState, which may be another copy than troupe's. */
async function actorsOf(program: string): Promise<typeof Actor> {
  try {
    const { href } = pathToFileURL(createRequire(program).resolve('xstate'));
    return ((await import(href)) as { readonly Actor: typeof Actor }).Actor;
  } catch {
    // it has none of its own
    return Actor;
  }
}

function stayWhileLooked(inspector: Onlooker): void {
  let looking = 0;
  inspector.pages.subscribe((count) => (looking = count));
  process.once('beforeExit', () => {
    if (looking === 0) return;
    console.error('The program has ended. Close its page, or press Ctrl-C, to end the inspector too.');
    const interrupted = new AbortController();
    const interrupt = () => interrupted.abort();
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.once(signal, interrupt);
    const release = () => {
      for (const signal of signals) process.off(signal, interrupt);
    };
    // it is time to end, either way
    inspector.left({ signal: interrupted.signal }).then(release, release);
  });
}
