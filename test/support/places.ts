// The two kinds of host that a test of hosted actors runs on, behind one face: a memory host, and a real thread.
import {
  createMemoryHost,
  createThreads,
  type Host,
  type HostedModule,
  type HostOptions,
  type ImportOptions,
} from 'troupe';
import * as counter from '../../dist/test/fixtures/counter.js';
import * as door from '../../dist/test/fixtures/door.js';
import * as failing from '../../dist/test/fixtures/failing.js';
import * as frail from '../../dist/test/fixtures/frail.js';
import * as keepers from '../../dist/test/fixtures/keepers.js';
import * as leavers from '../../dist/test/fixtures/leavers.js';
import * as offices from '../../dist/test/fixtures/offices.js';
import * as named from '../../dist/test/fixtures/named.js';
import * as oddExports from '../../dist/test/fixtures/odd-exports.js';
import * as penPals from '../../dist/test/fixtures/pen-pals.js';
import * as shop from '../../dist/test/fixtures/shop.js';
import * as teller from '../../dist/test/fixtures/teller.js';
import * as writers from '../../dist/test/fixtures/writers.js';

/** The modules that both kinds can host, also for a plain run in this realm. */
export const fixtures = {
  counter,
  door,
  failing,
  frail,
  keepers,
  leavers,
  named,
  'odd-exports': oddExports,
  offices,
  'pen-pals': penPals,
  shop,
  teller,
  writers,
};

type Fixtures = typeof fixtures;

/** Where a fixture is compiled to. */
export const urlOf = (name: string) => new URL(`../../dist/test/fixtures/${name}.js`, import.meta.url);

/** A host, and how it imports a fixture. */
export interface Opened extends AsyncDisposable {
  readonly host: Pick<Host, 'name' | 'close'>;
  load<TName extends keyof Fixtures>(
    name: TName,
    options?: ImportOptions<Fixtures[TName]>,
  ): HostedModule<Fixtures[TName]>;
}

export interface Place {
  readonly where: string;
  open(options?: HostOptions): Opened;
}

export const places: readonly Place[] = [
  {
    where: 'on a memory host',
    open: (options) => opened(createMemoryHost(options), (name) => fixtures[name]),
  },
  {
    where: 'in a thread',
    open: (options) => opened(createThreads({ size: 1, ...options }), urlOf),
  },
];

/** A memory host that delivers within the call. */
export const atOnce: Place = {
  where: 'on a memory host in its sync mode',
  open: (options) => opened(createMemoryHost({ ...options, mode: 'sync' }), (name) => fixtures[name]),
};

function opened<TSource>(host: Host<TSource>, sourceOf: (name: keyof Fixtures) => TSource): Opened {
  return {
    host,
    load: <TName extends keyof Fixtures>(name: TName, options?: ImportOptions<Fixtures[TName]>) =>
      host.import<Fixtures[TName]>(sourceOf(name), options),
    [Symbol.asyncDispose]: () => host.close(),
  };
}
