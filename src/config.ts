// Every option once: its flag, environment variable, type, default, unit and the sentence that explains it.
import { distance } from 'fastest-levenshtein';
import { Refusal } from './lib/refusal.ts';

interface OptionBase {
  /** One sentence for people, shown by --help and in docs/reference. */
  readonly sentence: string;
  /** What stands for the value in help: "N", "PATH", "DATE". */
  readonly value?: string;
  readonly unit?: string;
}

/** The kinds of options there are. Text is kept as text where money or exact decimals depend on it. */
export type Option = OptionBase &
  (
    | { readonly type: 'flag' }
    | {
        readonly type: 'text';
        readonly default?: string;
        readonly pattern?: RegExp;
        readonly example?: string;
      }
    | { readonly type: 'list' }
    | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
    | {
        readonly type: 'integer';
        readonly default: number;
        readonly min: number;
        readonly max: number;
      }
  );

const DATE = /^\d{4}-\d\d-\d\d$/;

/** All options of all commands. The flag is the key; the variable is SPYHOP_ and the key in capitals. */
export const OPTIONS = {
  history: {
    type: 'list',
    value: 'PATH',
    sentence: 'Files or folders of earlier days, from which the normal volume of each contract is learned.',
  },
  detector: {
    type: 'choice',
    choices: ['threshold'],
    default: 'threshold',
    value: 'NAME',
    sentence: 'The rule that decides what is unusual.',
  },
  factor: {
    type: 'text',
    default: '10',
    pattern: /^\d{1,6}(?:\.\d{1,4})?$/,
    example: '10 or 2.5',
    value: 'N',
    sentence: 'Multiple of the normal five-minute volume above which the detector threshold speaks.',
  },
  floor: {
    type: 'integer',
    default: 500,
    min: 0,
    max: 1_000_000_000,
    value: 'N',
    unit: 'contracts',
    sentence: 'Five-minute volume below which the detector threshold stays silent.',
  },
  out: {
    type: 'text',
    value: 'DIR',
    sentence: 'Folder to write into; it is made when it does not exist.',
  },
  days: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 2_600,
    value: 'N',
    unit: 'sessions',
    sentence: 'Sessions to simulate, the last of them the one given by --until.',
  },
  seed: {
    type: 'text',
    default: '1',
    value: 'S',
    sentence: 'Any text; the same seed gives the same tape, to the byte.',
  },
  underlyings: {
    type: 'integer',
    default: 200,
    min: 1,
    max: 12_000,
    value: 'N',
    sentence: 'Underlyings of the simulated market.',
  },
  'trades-per-day': {
    type: 'integer',
    default: 50_000,
    min: 100,
    max: 50_000_000,
    value: 'N',
    unit: 'prints',
    sentence: 'Prints of an ordinary full session of the simulated market.',
  },
  'anomalies-per-day': {
    type: 'integer',
    default: 8,
    min: 0,
    max: 10_000,
    value: 'N',
    sentence: 'Anomalies injected into each session; 0 gives the undisturbed tape.',
  },
  until: {
    type: 'text',
    pattern: DATE,
    example: '2026-11-20',
    value: 'DATE',
    sentence:
      'Last session to simulate, a date in New York; the default is the last session that has closed.',
  },
  order: {
    type: 'choice',
    choices: ['ticker', 'time'],
    default: 'ticker',
    value: 'ORDER',
    sentence: 'Order of the rows: by ticker, as the provider sorts its files, or by time.',
  },
  quotes: {
    type: 'text',
    default: 'none',
    value: 'WHICH',
    example: 'none, anomalies or O:SPY261218C00650000,O:…',
    sentence:
      'Contracts whose quotes are written too: none, those with anomalies, or tickers separated by commas.',
  },
  json: {
    type: 'flag',
    sentence: 'Print one JSON object a line on stdout, for machines.',
  },
  debug: {
    type: 'flag',
    sentence: 'Show the stack of an error.',
  },
  help: {
    type: 'flag',
    sentence: 'Show what the command does and its options.',
  },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

/** The value an option has once it is read. */
export type OptionValue<O> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'list' }
    ? readonly string[]
    : O extends { type: 'integer' }
      ? number
      : O extends { type: 'choice'; choices: readonly (infer Choice)[] }
        ? Choice
        : O extends { default: string }
          ? string
          : string | undefined;

/** Values of the options a command takes. */
export type Options<Name extends OptionName> = { readonly [N in Name]: OptionValue<(typeof OPTIONS)[N]> };

/** Variables that are read beside those of the options. */
const OTHER_VARIABLES: readonly string[] = [];

/** The environment variable of an option: "trades-per-day" -> SPYHOP_TRADES_PER_DAY. */
export function variableOf(name: string): string {
  return `SPYHOP_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Refuses SPYHOP_* variables that nothing reads, with the nearest name that something does. */
export function checkVariables(environment: Readonly<Record<string, string | undefined>>): void {
  const known = [...Object.keys(OPTIONS).map(variableOf), ...OTHER_VARIABLES];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('SPYHOP_') || known.includes(name)) continue;
    throw new Refusal(`${name} is not a variable of spyhop: ${nearest(name, known)}, or unset it`, {
      exitCode: 2,
    });
  }
}

/** "did you mean X?" for the nearest of some names. */
export function nearest(name: string, names: readonly string[]): string {
  const [best = ''] = names.toSorted((a, b) => distance(name, a) - distance(name, b));
  return `did you mean ${best}`;
}

/** Reads one value given as text. `source` names where it came from: "--floor" or "SPYHOP_FLOOR". */
export function readOption(option: Option, text: string, source: string): unknown {
  const refuse = (wanted: string): never => {
    throw new Refusal(`${source} is "${text}": give ${wanted}`, { exitCode: 2 });
  };
  switch (option.type) {
    case 'flag':
      return /^(1|true|yes)$/i.test(text) ? true : /^(0|false|no|)$/i.test(text) ? false : refuse('1 or 0');
    case 'list':
      return text.split(',').filter((part) => part !== '');
    case 'choice':
      return option.choices.includes(text) ? text : refuse(option.choices.join(' or '));
    case 'integer': {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      const wanted = `a whole number from ${option.min} to ${option.max}`;
      return value >= option.min && value <= option.max ? value : refuse(wanted);
    }
    case 'text':
      if (text === '' || (option.pattern && !option.pattern.test(text)))
        refuse(option.example ?? 'some text');
      return text;
  }
}

/** The value of an option that was not given: its default, false, an empty list, or undefined. */
export function defaultOf(option: Option): unknown {
  if (option.type === 'flag') return false;
  if (option.type === 'list') return [];
  return option.default;
}
