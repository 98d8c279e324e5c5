// Benchmark `replay`: a simulated day through the whole program, beside the bare loop and gunzip alone.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireSession } from '../src/domain/session.ts';
import type { BenchOptions } from './main.ts';
import { measure, median, type Run } from './measure.ts';

const SPYHOP = new URL('../src/main.ts', import.meta.url).pathname;
const FLOOR = new URL('./floor.ts', import.meta.url).pathname;
const HISTORY_DATE = '2026-11-19';
const DATE = '2026-11-20';

interface Case {
  readonly name: string;
  readonly command: readonly string[];
  readonly runs: Run[];
}

/** A day and the day before it, simulated once and kept in the temporary folder. */
async function tapeOf({ prints, underlyings, order }: BenchOptions): Promise<string> {
  const dir = join(tmpdir(), `spyhop-bench-${prints}-${underlyings}-${order}`);
  const complete = await readdir(dir).then(
    (names) => names.includes(`${DATE}.csv.gz`),
    () => false,
  );
  if (complete) return dir;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  process.stderr.write(`simulating 2 sessions of ${prints.toLocaleString('en-US')} prints in ${dir}\n`);
  const args = ['simulate', '--out', dir, '--days', '2', '--until', DATE, '--order', order];
  const size = ['--trades-per-day', String(prints), '--underlyings', String(underlyings)];
  await promisify(execFile)(process.execPath, [SPYHOP, ...args, ...size]);
  return dir;
}

/** Hits of the floor and alerts of spyhop as the same words: ticker, ms after midnight, contracts. */
function hitsOf(name: string, stdout: string): string {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (name !== 'spyhop') return lines.join('\n');
  const { midnightMs } = requireSession(DATE);
  return lines
    .map((line) => JSON.parse(line) as { contract: string; at: string; observed: number })
    .map(({ contract, at, observed }) => `${contract} ${Date.parse(at) - midnightMs} ${observed}`)
    .join('\n');
}

/** Prints the table and, where asked, writes it as JSON. Throws when spyhop and the floor find different things. */
export async function benchReplay(options: BenchOptions): Promise<void> {
  const dir = await tapeOf(options);
  const file = join(dir, `${DATE}.csv.gz`);
  const history = join(dir, `${HISTORY_DATE}.csv.gz`);
  const cases: Case[] = [
    {
      name: 'spyhop',
      command: [process.execPath, SPYHOP, 'replay', file, '--history', history, '--json'],
      runs: [],
    },
    { name: 'floor', command: [process.execPath, FLOOR, file, history], runs: [] },
    { name: 'gunzip', command: ['sh', '-c', 'gunzip -c "$0" > /dev/null', file], runs: [] },
  ];
  for (let round = 0; round < options.rounds; round++) {
    for (const one of cases) one.runs.push(await measure(one.command));
  }
  const [spyhop, floor] = cases.map(({ name, runs }) => hitsOf(name, runs[0]!.stdout));
  if (spyhop !== floor) throw new Error('spyhop and the bare loop found different things');
  const hits = spyhop!.split('\n').filter((line) => line !== '').length;
  report(cases, hits, (await stat(file)).size, options);
  if (options.out !== null)
    await writeFile(options.out, `${JSON.stringify(figures(cases, hits, options), null, 2)}\n`);
}

function figures(cases: readonly Case[], hits: number, options: BenchOptions): unknown {
  return {
    prints: options.prints,
    underlyings: options.underlyings,
    order: options.order,
    hits,
    cases: cases.map(({ name, runs }) => ({
      name,
      runs: runs.map(({ wallSeconds, cpuSeconds, rssMb }) => ({ wallSeconds, cpuSeconds, rssMb })),
    })),
  };
}

function report(cases: readonly Case[], hits: number, bytes: number, options: BenchOptions): void {
  const floorCpu = median(cases[1]!.runs.map(({ cpuSeconds }) => cpuSeconds));
  const lines = [
    `replay: ${options.prints.toLocaleString('en-US')} prints a day wanted, ${options.underlyings} underlyings, ` +
      `${options.order} order, ${(bytes / 1e6).toFixed(1)} MB gz; a day to learn from and a day to replay`,
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${options.rounds} rounds, medians; ` +
      `${hits} hits, the same in spyhop and the floor`,
    '',
    `case        wall s    CPU s   of floor's rate   peak MB`,
  ];
  for (const { name, runs } of cases) {
    const cpu = median(runs.map(({ cpuSeconds }) => cpuSeconds));
    const memory = runs.every(({ rssMb }) => rssMb === null)
      ? NaN
      : median(runs.map(({ rssMb }) => rssMb ?? 0));
    const cells = [
      name.padEnd(8),
      median(runs.map(({ wallSeconds }) => wallSeconds))
        .toFixed(2)
        .padStart(9),
      cpu.toFixed(2).padStart(8),
      (floorCpu / cpu).toFixed(2).padStart(15),
      (Number.isNaN(memory) ? '–' : memory.toFixed(0)).padStart(11),
    ];
    lines.push(cells.join(' '));
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
