// Every option once: its flag, environment variable, type, default, unit and the sentence that explains it.
import { SERVICE_SETTINGS } from './config-service.ts';
import type { Option, OptionValue } from './lib/option.ts';

const DATE = /^\d{4}-\d\d-\d\d$/;

/** All options of all commands. The flag is the key; the variable is SPYHOP_ and the key in capitals. */
export const OPTIONS = {
  ...SERVICE_SETTINGS,
  history: {
    type: 'list',
    value: 'PATH',
    sentence: 'Files or folders of earlier days, from which the normal volume of each contract is learned.',
  },
  detector: {
    type: 'list',
    choices: ['threshold', 'surprise', 'zscore', 'forest', 'sweep'],
    default: ['threshold'],
    value: 'NAME',
    sentence: 'A detector that decides what is unusual; may be given several times.',
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
  'alerts-per-day': {
    type: 'integer',
    default: 20,
    min: 1,
    max: 100_000,
    value: 'N',
    unit: 'alerts',
    sentence: 'Budget of the detector surprise: the alerts a day that chance alone may raise, in the mean.',
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
  plan: {
    type: 'flag',
    sentence: 'Say what would be imported, how long it takes and what space it needs, and do nothing.',
  },
  from: {
    type: 'text',
    pattern: DATE,
    example: '2026-10-01',
    value: 'DATE',
    sentence: 'First session to fetch.',
  },
  to: {
    type: 'text',
    pattern: DATE,
    example: '2026-11-20',
    value: 'DATE',
    sentence: 'Last session to fetch, itself included.',
  },
  's3-endpoint': {
    type: 'text',
    default: 'https://files.massive.com',
    pattern: /^https?:\/\/\S+$/,
    example: 'https://files.massive.com',
    value: 'URL',
    sentence: 'S3 address of the flat files.',
  },
  's3-bucket': {
    type: 'text',
    default: 'flatfiles',
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    example: 'flatfiles',
    value: 'NAME',
    sentence: 'Bucket of the flat files.',
  },
  's3-prefix': {
    type: 'text',
    default: 'us_options_opra/trades_v1',
    pattern: /^[\w.-]+(\/[\w.-]+)*$/,
    example: 'us_options_opra/minute_aggs_v1',
    value: 'PATH',
    sentence: 'Kind of flat files to fetch: where they lie in the bucket, before the year.',
  },
  speed: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 100,
    value: 'N',
    sentence: 'Seconds of the simulated session that pass in a second, once its morning is over.',
  },
  for: {
    type: 'text',
    pattern: /^\d{1,6}(s|m|h)$/,
    example: '60s, 10m or 2h',
    value: 'TIME',
    sentence: 'Stop by itself after so long, counted from the moment the session is played.',
  },
  address: {
    type: 'text',
    default: 'http://127.0.0.1:4680',
    pattern: /^https?:\/\/\S+$/,
    example: 'http://127.0.0.1:4680',
    value: 'URL',
    sentence: 'Where the running spyhop answers.',
  },
  since: {
    type: 'text',
    value: 'TIME',
    example: '2026-11-20, 2026-11-20T15:00:00Z, 30m, 6h or 2d',
    pattern: /^(\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?|\d{1,6}[mhd])$/,
    sentence:
      'Alerts from this moment on: a date in New York, a time in ISO 8601, or so long ago; default: all.',
  },
  alert: {
    type: 'text',
    value: 'FILE',
    sentence:
      'NDJSON of a replay to take the alert from, instead of a running spyhop; - reads standard input.',
  },
  at: {
    type: 'text',
    value: 'TIME',
    example: '2026-11-20T15:30:00Z',
    pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/,
    sentence: 'The moment asked for, a time in ISO 8601 with its zone.',
  },
  'from-tape': {
    type: 'flag',
    sentence: 'Hold the alert against the prints that the running spyhop has stored.',
  },
  follow: { type: 'flag', sentence: 'Stay and print each alert as it comes.' },
  'as-of': {
    type: 'text',
    pattern: DATE,
    example: '2026-11-20',
    value: 'DATE',
    sentence: 'Session to compute what is normal for: only earlier ones count; default: the next to open.',
  },
  date: {
    type: 'text',
    pattern: DATE,
    example: '2026-11-20',
    value: 'DATE',
    sentence: 'One session, a date in New York; default: all that are meant.',
  },
  reapply: {
    type: 'flag',
    sentence:
      'Apply every function, trigger and view again, also those whose text did not change: undoes changes by hand.',
  },
  'grafana-password-file': {
    type: 'text',
    value: 'PATH',
    sentence: 'File with the password that role spyhop_grafana is to have; nobody else may read it.',
  },
  json: { type: 'flag', sentence: 'Print one JSON object a line on stdout, for machines.' },
  debug: { type: 'flag', sentence: 'Show the stack of an error.' },
  help: { type: 'flag', sentence: 'Show what the command does and its options.' },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

/** Values of the options a command takes. */
export type Options<Name extends OptionName> = { readonly [N in Name]: OptionValue<(typeof OPTIONS)[N]> };

/** The environment variable of an option: "trades-per-day" -> SPYHOP_TRADES_PER_DAY. */
export function variableOf(name: string): string {
  return `SPYHOP_${name.toUpperCase().replaceAll('-', '_')}`;
}
