// Benchmark `replay`: a simulated day through the whole program, beside what else could do the same job, in one run.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireSession } from '../src/domain/session.ts';
import { lateRootsOf } from './late-roots.ts';
import type { BenchOptions } from './main.ts';
import { measure, median, type Run } from './measure.ts';

const run = promisify(execFile);
const [SPYHOP, FLOOR, DECODE, DUCKDB, TUMBLING] = [
  '../src/main.ts',
  './floor.ts',
  './decode.ts',
  './duckdb.ts',
  './tumbling.py',
].map((file) => new URL(file, import.meta.url).pathname) as [string, string, string, string, string];
const HISTORY_DATE = '2026-11-19';
const DATE = '2026-11-20';

/** What is measured; the names are the rows of the table. */
type Job =
  | 'spyhop'
  | 'floor'
  | 'duckdb'
  | 'pandas'
  | 'gunzip'
  | 'spyhop read'
  | 'duckdb read'
  | 'duckdb table';

/** What a job is, as the table says it. */
const WHAT: Readonly<Record<Job, string>> = {
  spyhop: 'both files, rolling windows, alerts',
  floor: 'the same in one bare loop over typed arrays',
  duckdb: 'the same in SQL on one thread',
  pandas: 'both files, tumbling windows',
  gunzip: 'gunzip -c of the day alone',
  'spyhop read': 'the day into columns, contracts interned',
  'duckdb read': 'the day through read_csv on one thread, sums only',
  'duckdb table': 'the day into a table, contracts numbered, on one thread',
};

interface Case {
  readonly job: Job;
  readonly command: readonly string[];
  readonly runs: Run[];
}

/** A day, the day before it, and what closes late; simulated once and kept in the temporary folder. */
interface Tape {
  readonly file: string;
  readonly history: string;
  readonly lateRoots: string;
}

async function tapeOf({ prints, underlyings, order }: BenchOptions): Promise<Tape> {
  const dir = join(tmpdir(), `spyhop-bench-${prints}-${underlyings}-${order}`);
  const file = join(dir, `${DATE}.csv.gz`);
  const tape = {
    file,
    history: join(dir, `${HISTORY_DATE}.csv.gz`),
    lateRoots: join(dir, 'late-roots.json'),
  };
  const names: string[] = await readdir(dir).catch(() => []);
  if (names.includes('late-roots.json')) return tape;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  process.stderr.write(`simulating 2 sessions of ${prints.toLocaleString('en-US')} prints in ${dir}\n`);
  const args = ['simulate', '--out', dir, '--days', '2', '--until', DATE, '--order', order];
  const size = ['--trades-per-day', String(prints), '--underlyings', String(underlyings)];
  await run(process.execPath, [SPYHOP, ...args, ...size]);
  await writeFile(tape.lateRoots, JSON.stringify(await lateRootsOf(file, requireSession(DATE))));
  return tape;
}

/** The Python that has pandas: $PYTHON or python3; null, with a loud line, where there is none. */
async function pythonWithPandas(): Promise<string | null> {
  const python = process.env['PYTHON'] ?? 'python3';
  try {
    await run(python, ['-c', 'import pandas']);
    return python;
  } catch {
    process.stderr.write(
      `ABSENT: ${python} has no pandas, so that is not measured (PYTHON=… names another)\n`,
    );
    return null;
  }
}

function casesOf({ file, history, lateRoots }: Tape, python: string | null): Case[] {
  const { midnightMs, openMs, closeMs } = requireSession(DATE);
  const node = process.execPath;
  const times = [midnightMs, openMs, closeMs].map(String);
  const commands: Array<readonly [Job, readonly string[] | null]> = [
    ['spyhop', [node, SPYHOP, 'replay', file, '--history', history, '--json']],
    ['floor', [node, FLOOR, file, history]],
    ['duckdb', [node, DUCKDB, 'rolling', DATE, file, history, lateRoots]],
    ['pandas', python === null ? null : [python, TUMBLING, ...times, file, history, lateRoots]],
    ['gunzip', ['sh', '-c', 'gunzip -c "$0" > /dev/null', file]],
    ['spyhop read', [node, DECODE, file]],
    ['duckdb read', [node, DUCKDB, 'read', DATE, file]],
    ['duckdb table', [node, DUCKDB, 'table', DATE, file]],
  ];
  return commands.flatMap(([job, command]) => (command === null ? [] : [{ job, command, runs: [] }]));
}

/** Hits of the floor and of SQL, and alerts of spyhop, as the same words: ticker, ms after midnight, contracts. */
function hitsOf(job: Job, stdout: string): readonly string[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (job !== 'spyhop') return lines;
  const { midnightMs } = requireSession(DATE);
  return lines
    .map((line) => JSON.parse(line) as { contract: string; at: string; observed: number })
    .map(({ contract, at, observed }) => `${contract} ${Date.parse(at) - midnightMs} ${observed}`);
}

function requireSameHits(cases: readonly Case[]): number {
  const stdoutOf = (job: Job): string => cases.find((one) => one.job === job)!.runs[0]!.stdout;
  const hits = hitsOf('spyhop', stdoutOf('spyhop'));
  for (const job of ['floor', 'duckdb'] as const) {
    const other = hitsOf(job, stdoutOf(job));
    const place = hits.findIndex((hit, i) => hit !== other[i]);
    if (place < 0 && hits.length === other.length) continue;
    const at = place < 0 ? hits.length : place;
    throw new Error(`hit ${at + 1}: spyhop found "${hits[at]}", ${job} found "${other[at]}"`);
  }
  return hits.length;
}

/** Prints the table; with --out writes it as JSON. Throws when spyhop, floor and SQL find different things. */
export async function benchReplay(options: BenchOptions): Promise<void> {
  const tape = await tapeOf(options);
  const cases = casesOf(tape, await pythonWithPandas());
  for (let round = 0; round < options.rounds; round++) {
    for (const one of cases) {
      process.stderr.write(`round ${round + 1} of ${options.rounds}: ${one.job}\n`);
      one.runs.push(await measure(one.command));
    }
  }
  const found: Found = {
    hits: requireSameHits(cases),
    prints: Number(cases.find(({ job }) => job === 'spyhop read')!.runs[0]!.stdout),
    megabytes: (await stat(tape.file)).size / 1e6,
  };
  process.stdout.write(
    `${[...headOf(found, options), ...table(cases, found), ...ratios(cases)].join('\n')}\n`,
  );
  if (options.out !== null)
    await writeFile(options.out, `${JSON.stringify(figures(cases, found, options), null, 2)}\n`);
}

interface Found {
  /** Alerts, the same in spyhop, floor and SQL. */
  readonly hits: number;
  /** Prints of the day replayed. */
  readonly prints: number;
  readonly megabytes: number;
}

function cpuOf(cases: readonly Case[], job: Job): number {
  return median(cases.find((one) => one.job === job)?.runs.map(({ cpuSeconds }) => cpuSeconds) ?? []);
}

function headOf({ hits, prints, megabytes }: Found, { underlyings, order, rounds }: BenchOptions): string[] {
  return [
    `replay: ${prints.toLocaleString('en-US')} prints and a day as large to learn from, ${underlyings} underlyings, ` +
      `${order} order, ${megabytes.toFixed(1)} MB gz`,
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${rounds} rounds, medians; ` +
      `${hits} hits, the same in spyhop, floor and duckdb`,
    '',
  ];
}

function table(cases: readonly Case[], { prints }: Found): string[] {
  const rows = cases.map(({ job, runs }) => {
    const cpu = cpuOf(cases, job);
    const memory = runs.every(({ rssMb }) => rssMb === null)
      ? null
      : median(runs.map((one) => one.rssMb ?? 0));
    const cells = [
      median(runs.map(({ wallSeconds }) => wallSeconds))
        .toFixed(2)
        .padStart(8),
      cpu.toFixed(2).padStart(8),
      (prints / 1e6 / cpu).toFixed(2).padStart(9),
      (memory?.toFixed(0) ?? '–').padStart(8),
    ];
    return `${job.padEnd(12)}${cells.join(' ')}   ${WHAT[job]}`;
  });
  return [`job           wall s    CPU s  M/CPU-s  peak MB`, ...rows, ''];
}

/** How many times the CPU rate of another job each job has: what is asked for, and what came. */
function ratios(cases: readonly Case[]): string[] {
  const asked: ReadonlyArray<readonly [Job, Job, number]> = [
    ['spyhop', 'floor', 0.65],
    ['spyhop', 'duckdb', 1.5],
    ['spyhop', 'pandas', 3],
    ['spyhop read', 'duckdb read', 2],
    ['spyhop read', 'duckdb table', 1.5],
  ];
  return asked
    .map(([job, peer, goal]) => ({ job, peer, goal, ratio: cpuOf(cases, peer) / cpuOf(cases, job) }))
    .filter(({ ratio }) => !Number.isNaN(ratio))
    .map(({ job, peer, goal, ratio }) => {
      const verdict = ratio >= goal ? 'reached' : 'MISSED';
      return `${job} / ${peer}`.padEnd(28) + `${ratio.toFixed(2)} of its CPU rate, goal ${goal}: ${verdict}`;
    });
}

function figures(cases: readonly Case[], found: Found, options: BenchOptions): unknown {
  return {
    ...found,
    underlyings: options.underlyings,
    order: options.order,
    cases: cases.map(({ job, runs }) => ({
      job,
      runs: runs.map(({ wallSeconds, cpuSeconds, rssMb }) => ({ wallSeconds, cpuSeconds, rssMb })),
    })),
  };
}
