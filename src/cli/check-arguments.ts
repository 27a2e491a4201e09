// What `troupe check` is asked for, read from what was typed.
import { parseArgs } from 'node:util';

/** What was asked for. */
export interface CheckSettings {
  readonly module: string;
  /** The only export that is meant. */
  readonly name: string | undefined;
  readonly limits: { readonly seconds?: number; readonly maxStates?: number; readonly maxDepth?: number };
  readonly faults: { readonly drop?: number; readonly duplicate?: number; readonly crash?: number };
  /** Walks at random instead. */
  readonly walk: { readonly runs: number; readonly seed?: number } | undefined;
  readonly out: string | undefined;
  readonly open: boolean;
}

/** Reads it, or says why it cannot be. */
export function readCheck(args: readonly string[]): CheckSettings | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        export: { type: 'string' },
        seconds: { type: 'string' },
        'max-states': { type: 'string' },
        'max-depth': { type: 'string' },
        fault: { type: 'string', multiple: true },
        simulate: { type: 'string' },
        seed: { type: 'string' },
        out: { type: 'string' },
        open: { type: 'boolean', default: false },
      },
    });
    const [module, ...more] = positionals;
    if (module === undefined) return 'There is nothing to check: give a module that exports a model.';
    if (more.length > 0) return `Cannot check more than one module at a time: '${more.join(' ')}' is too much.`;
    const { simulate } = values;
    const wrong = ['max-states', 'max-depth'].find((each) => Object.hasOwn(values, each));
    if (simulate !== undefined && wrong !== undefined)
      return `Cannot take --${wrong} with --simulate: it explores nothing.`;
    if (simulate === undefined && values.seed !== undefined) return 'Cannot take --seed without --simulate.';

    const seconds = numberOf('--seconds', values.seconds, isPositive, 'a number above 0');
    const maxStates = numberOf('--max-states', values['max-states'], isWhole(1), 'a whole number from 1 up');
    const maxDepth = numberOf('--max-depth', values['max-depth'], isWhole(0), 'a whole number from 0 up');
    const runs = numberOf('--simulate', simulate, isWhole(1), 'a whole number from 1 up');
    const seed = numberOf('--seed', values.seed, Number.isSafeInteger, 'a whole number');
    return {
      module,
      name: values.export,
      limits: { ...given({ seconds }), ...given({ maxStates }), ...given({ maxDepth }) },
      faults: faultsOf(values.fault ?? []),
      walk: runs === undefined ? undefined : { runs, ...given({ seed }) },
      out: values.out,
      open: values.open,
    };
  } catch (error) {
    return sentenceOf(error as Error); // of parseArgs, or one of the refusals below
  }
}

/** Without what parseArgs adds about arguments that begin with a dash. */
const sentenceOf = ({ message }: Error) => message.replace(/(?<=^Unknown option '[^']*'\.).*/su, '');

function faultsOf(texts: readonly string[]): CheckSettings['faults'] {
  const parts = texts.flatMap((text) => text.split(',')).map((part) => part.split('='));
  return Object.fromEntries(
    parts.map(([name = '', text = '', ...more]) => {
      if (!['drop', 'duplicate', 'crash'].includes(name) || text === '' || more.length > 0) {
        throw new Error(
          `Cannot take '${[name, text, ...more].join('=')}' for --fault: say drop=1,duplicate=1,crash=1, or some of them.`,
        );
      }
      return [name, numberOf(`${name} of --fault`, text, isWhole(0, true), 'a whole number from 0 up, or Infinity')];
    }),
  );
}

function numberOf(
  option: string,
  text: string | undefined,
  isRight: (value: number) => boolean,
  what: string,
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (isRight(value)) return value;
  throw new Error(`Cannot take '${text}' for ${option}: it must be ${what}.`);
}

const isPositive = (value: number) => value > 0;

const isWhole =
  (least: number, orInfinity = false) =>
  (value: number) =>
    (Number.isSafeInteger(value) && value >= least) || (orInfinity && value === Infinity);

/** Without what was not given. */
const given = <TName extends string>(values: Readonly<Record<TName, number | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Record<TName, number>
  >;
