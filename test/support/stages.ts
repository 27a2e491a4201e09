// Where a behaviour is shown: in this realm, by XState alone, which proves what the test expects; then hosted in memory, in a thread, and in
// memory with every frame delivered within the call. A stage opens its host at first use, once in a test file.
import {
  createMemoryHost,
  createThreads,
  type Host,
  type HostedModule,
  type ImportOptions,
  type MemoryHostOptions,
  type ThreadsOptions,
} from 'troupe';

/** One place on which actors of a module run. */
export interface Stage {
  readonly name: 'local' | 'memory host' | 'threads' | 'memory host, synchronous';
  /** Whether what follows from a `send` shows on the next line. */
  readonly sync: boolean;
  /** The module's logic as it runs here; `module` and `url` are the same compiled fixture. */
  host<TModule extends object>(module: TModule, url: URL, options?: ImportOptions<TModule>): HostedModule<TModule>;
  close(): Promise<void>;
}

/** Where a fixture of the conformance tests is compiled to. */
export const urlOf = (name: string): URL => new URL(`../../dist/test/fixtures/conformance/${name}.js`, import.meta.url);

const local: Stage = {
  name: 'local',
  sync: true,
  // a module's own logic is what its hosted logic stands for; the other exports do no harm
  host: <TModule extends object>(module: TModule) => module as unknown as HostedModule<TModule>,
  close: async () => {},
};

/** All of them; each test file closes those that it uses. */
export const stages: readonly Stage[] = [
  local,
  memoryStage('memory host', {}),
  threadStage({ size: 1 }),
  memoryStage('memory host, synchronous', { mode: 'sync' }),
];

/** Those where the actor runs elsewhere. */
export const hostedStages: readonly Stage[] = stages.filter((stage) => stage !== local);

/** Those where what follows from a `send` shows on the next line. */
export const syncStages: readonly Stage[] = stages.filter(({ sync }) => sync);

function memoryStage(name: Stage['name'], options: MemoryHostOptions): Stage {
  const { open, close } = reopening(() => createMemoryHost(options));
  return {
    name,
    sync: options.mode === 'sync',
    host: (module, _, imports) => open().import(module, imports),
    close,
  };
}

function threadStage(options: ThreadsOptions): Stage {
  const { open, close } = reopening(() => createThreads(options));
  return {
    name: 'threads',
    sync: false,
    host: <TModule extends object>(_: TModule, url: URL, imports?: ImportOptions<TModule>) =>
      open().import<TModule>(url, imports),
    close,
  };
}

/** One host, made when it is needed; after it was closed, another. */
function reopening<THost extends Pick<Host, 'close'>>(create: () => THost) {
  let host: THost | undefined;
  return {
    open: () => (host ??= create()),
    async close() {
      const closing = host;
      host = undefined;
      await closing?.close();
    },
  };
}
