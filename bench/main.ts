// Benchmarks from the command line: `npm run bench -- NAME [options]` runs one of them.
import { parseArgs } from 'node:util';
import { benchActors } from './actors.ts';
import { benchBaseline } from './baseline.ts';
import { benchCalibration } from './calibration.ts';
import { benchImport } from './import.ts';
import { benchLatency } from './latency.ts';
import { benchMemory } from './memory.ts';
import { benchNab } from './nab.ts';
import { benchQuery } from './query.ts';
import { benchRecovery } from './recovery.ts';
import { benchPanels } from './panels.ts';
import { benchReplay } from './replay.ts';
import { benchRest } from './rest.ts';
import { benchScale } from './scale.ts';
import { benchStore } from './store.ts';
import { benchSurprise } from './surprise.ts';
import { benchWire } from './wire.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  import: benchImport,
  replay: benchReplay,
  calibration: benchCalibration,
  surprise: benchSurprise,
  baseline: benchBaseline,
  nab: benchNab,
  recovery: benchRecovery,
  latency: benchLatency,
  rest: benchRest,
  wire: benchWire,
  store: benchStore,
  query: benchQuery,
  scale: benchScale,
  memory: benchMemory,
  actors: benchActors,
  panels: benchPanels,
};

/** Options every benchmark understands. */
export interface BenchOptions {
  readonly prints: number;
  readonly underlyings: number;
  readonly rounds: number;
  readonly order: 'ticker' | 'time';
  /** File for the figures as JSON; null: none. */
  readonly out: string | null;
  /** Folder of a public benchmark's data; null: where it lies beside a clone. */
  readonly data: string | null;
}

const USAGE = `npm run bench -- replay [--prints N] [--underlyings N] [--rounds N] [--order ticker|time] [--out FILE]

replay    a simulated day through \`spyhop replay\`, beside the bare loop, DuckDB, pandas and gunzip
calibration  how often the detector surprise speaks by chance, against its budget and its nominal tails
surprise  what that detector adds to a print and to a contract, by part, and a digest of what it said
baseline  thirty sessions of 365,000 contracts folded into what is normal of the next, against a minute
nab       scalar detectors on the Numenta Anomaly Benchmark by its own rules [--data FOLDER] [--out FILE]
wire      frames of the websocket into columns, beside JSON.parse: 1, 50 and 500 prints a frame
recovery  a restart in mid-session: the journal of so many prints read, decoded and folded, in seconds a million
query     what a page asks, through REST, of five sessions while 5,000 prints a second are written
store     the writer beside psql's \\copy, sums, the seal beside live indexes, an outage and its end
import    a simulated day into deep history, beside DuckDB's own way from csv.gz to Parquet; bytes a print of each
latency   print on the socket to alert at a client that follows: 1,000, 10,000 and 50,000 prints a second
rest      requests a second of the API, from memory and from Postgres, while the feed runs (needs wrk)
scale     the engine's cost of a print from 1 to 50 million prints and from 100 to 12,000 underlyings
memory    bytes a contract by part, the widest market, twenty sessions in one process
panels    the SQL of every panel over thirty sessions, as the role of Grafana [--underlyings 12000]
actors    a message to a plain method, a fromTransition actor and a statechart, in the cache and out of it
`;

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} is "${text}": give a whole number`);
  return value;
}

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      prints: { type: 'string', default: '1000000' },
      underlyings: { type: 'string', default: '3000' },
      rounds: { type: 'string', default: '3' },
      order: { type: 'string', default: 'ticker' },
      out: { type: 'string' },
      data: { type: 'string' },
    },
  });
  const bench = BENCHES[positionals[0] ?? ''];
  if (bench === undefined || (values.order !== 'ticker' && values.order !== 'time')) {
    process.stderr.write(USAGE);
    return 2;
  }
  await bench({
    prints: wholeNumber(values.prints, 'prints'),
    underlyings: wholeNumber(values.underlyings, 'underlyings'),
    rounds: wholeNumber(values.rounds, 'rounds'),
    order: values.order,
    out: values.out ?? null,
    data: values.data ?? null,
  });
  return 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
