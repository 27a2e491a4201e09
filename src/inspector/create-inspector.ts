// The inspector of a program: a collector of what happens in its systems, and a server of the page that shows it. Nothing is recorded until a page looks.
import type { Observable } from 'rxjs/internal/Observable';
import type { AnyActorRef, InspectionEvent } from 'xstate';
import { assertNames, optionError } from '../options.ts';
import { assertSignal } from '../wait.ts';
import { waitForLeave, waitForPage } from './audience.ts';
import { createCollector } from './collector.ts';
import { JOURNAL_LIMITS } from './journal.ts';
import { openBrowser } from './open-browser.ts';
import { startServer } from './server.ts';
import { showLive } from './shows.ts';

/** How an inspector is reached, what may be done with it, and what it shows. */
export interface InspectorOptions {
  /**
   * Where the page is served, from 0 to 65535. If the port is in use, the next free one is taken and told on standard error; 0 takes any.
   *
   * @defaultValue 4477
   */
  readonly port?: number;
  /**
   * Opens the page in the user's browser. Where there is none, or the environment has `BROWSER=none`, the address is told on standard error.
   *
   * @defaultValue true
   */
  readonly open?: boolean;
  /**
   * Lets a page send events to actors.
   *
   * @defaultValue false
   */
  readonly allowSend?: boolean;
  /** Whether the value of a key is a secret, and shown as one; it replaces the list that is used without it. */
  readonly redact?: (key: string) => boolean;
  /**
   * What the page is called.
   *
   * @defaultValue the name of the program's file
   */
  readonly title?: string;
  /**
   * How many records are kept for pages that come later, from 1000 up.
   *
   * @defaultValue 100,000
   */
  readonly history?: number;
  /**
   * What a page must know to look: at least 16 letters, digits, `-` or `_`. With the same token, and the same port, a page that looks at a program finds its next
   * run too.
   *
   * @defaultValue a random one for each inspector
   */
  readonly token?: string;
}

/** A page on this machine that shows systems of actors. */
export interface Inspector extends AsyncDisposable {
  /** What to give to `createActor`: several roots may share it. */
  readonly inspect: (event: InspectionEvent) => void;
  /** The page's address. Whoever knows it may look. */
  readonly url: string;
  /** How many pages look: now, and at each change. It completes after the end. */
  readonly pages: Observable<number>;
  /**
   * Waits until a page looks, and keeps the process alive meanwhile: a program that awaits this before it begins is seen from its first event on. It resolves at the
   * inspector's end too, and rejects when the signal is aborted.
   */
  looked(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** The same until no page looks any more, so that the page of a short program can be read in peace. */
  left(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Tells the pages that nothing more will come, and closes the server and their sockets. */
  close(): Promise<void>;
}

/** The same for who looks at a program that does not know of it. */
export interface Onlooker extends Inspector {
  /** Looks at the system of a root. */
  adopt(root: AnyActorRef): void;
}

/**
 * Serves a page, on this machine alone, that shows systems of actors live: their tree, states, messages and snapshots, in all threads.
 *
 * @remarks
 * Nothing is recorded until a page looks, and while none does it costs nothing. The inspector keeps no process alive; `close`, or the end of the process, ends it. Only
 * whoever knows the address, with its token, may look; sending events is not possible unless `allowSend` is set.
 *
 * @param options - Where the page is served, what it may do, what is kept secret.
 * @returns What to give to `createActor` and where the page is, as soon as it can be opened. Its maker closes it, or holds it with `await using`.
 *
 * @throws `INVALID_ARGUMENT` if an option is out of range or not known, or the port may not be used.
 *
 * @example
 * ```ts
 * import { inThread } from 'troupe';
 * import { createInspector } from 'troupe/inspector';
 * import { createActor } from 'xstate';
 *
 * const { inspect } = await createInspector();
 * const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * createActor(student, { id: 'Alice', input: { name: 'Alice' }, inspect }).start();
 * ```
 */
export async function createInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { adopt: _, ...inspector } = await createOnlooker(options);
  return inspector;
}

/** Makes an inspector that can look at roots which were not given its `inspect`. */
export async function createOnlooker(options: InspectorOptions): Promise<Onlooker> {
  assertOptions(options);
  const { port = DEFAULT_PORT, open = true, allowSend = false, history, token, redact, title } = options;
  const collector = createCollector({ ...(redact ? { redact } : {}), ...(title === undefined ? {} : { title }) });
  const limits = history === undefined ? JOURNAL_LIMITS : { ...JOURNAL_LIMITS, records: history };
  const show = showLive(collector, { limits, allowSend });
  const server = await startServer({ show, port, token, tell: (sentence) => console.error(sentence) });
  const end = () => {
    show.close();
    server.end();
  };
  // what an exit still lets out
  process.once('exit', end);
  const close = async () => {
    process.off('exit', end);
    end();
    await server.close();
    collector.close();
  };
  if (open) {
    openBrowser(server.url, () => console.error(`No browser could be opened. Open ${server.url} in one.`));
  }
  return {
    inspect: collector.inspect,
    adopt: collector.adopt,
    url: server.url,
    pages: server.pages,
    async looked({ signal } = {}) {
      assertSignal(signal);
      await waitForPage(server.pages, signal);
    },
    async left({ signal } = {}) {
      assertSignal(signal);
      await waitForLeave(server.pages, signal);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One that few programs use, and the same each time, so that a page can stay open. */
export const DEFAULT_PORT = 4477;
const LEAST_HISTORY = 1000;

const NAMES: readonly (keyof InspectorOptions)[] = ['port', 'open', 'allowSend', 'redact', 'title', 'history', 'token'];

function assertOptions(options: InspectorOptions): void {
  assertNames(options, NAMES);
  const { port, open, allowSend, redact, title, history, token } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw optionError('port', port, 'it must be a whole number from 0 to 65535');
  for (const [name, value] of Object.entries({ open, allowSend })) {
    if (value !== undefined && typeof value !== 'boolean') throw optionError(name, value, 'it must be true or false');
  }
  if (redact !== undefined && typeof redact !== 'function')
    throw optionError('redact', redact, 'it must be a function that takes a key');
  if (title !== undefined && typeof title !== 'string') throw optionError('title', title, 'it must be a text');
  if (history !== undefined && !(Number.isInteger(history) && history >= LEAST_HISTORY))
    throw optionError('history', history, `it must be a whole number from ${LEAST_HISTORY} up`);
  // it must not be repeated in an error
  if (token !== undefined && !(typeof token === 'string' && /^[\w-]{16,}$/.test(token)))
    throw optionError('token', 'what was given', 'it must be at least 16 letters, digits, - or _');
}
