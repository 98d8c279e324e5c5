// Benchmark `import`: a simulated day into deep history, beside DuckDB's own way from the same file, in the same run.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from './main.ts';
import { measure, median, type Run } from './measure.ts';
import { simulatedDay } from './simulated-day.ts';

const IMPORT = new URL('./import-day.ts', import.meta.url).pathname;
const PEER = new URL('./import-peer.ts', import.meta.url).pathname;

interface Case {
  readonly name: string;
  readonly command: readonly string[];
  readonly runs: Run[];
}

/** What the import says of its day. */
interface Day {
  readonly prints: number;
  readonly contracts: number;
  readonly printBytes: number;
  readonly summaryBytes: number;
}

/** Imports a day `rounds` times, in turns with the peer, and prints rates, memory and bytes a print. */
export async function benchImport(options: BenchOptions): Promise<void> {
  const file = await simulatedDay(options);
  const dir = await mkdtemp(join(tmpdir(), 'spyhop-bench-import-'));
  try {
    const peerFile = join(dir, 'peer.parquet');
    const cases: Case[] = [
      { name: 'spyhop', command: [process.execPath, IMPORT, file, dir], runs: [] },
      { name: 'DuckDB', command: [process.execPath, PEER, file, peerFile], runs: [] },
    ];
    for (let round = 0; round < options.rounds; round++) {
      for (const one of cases) one.runs.push(await measure(one.command));
    }
    const day = JSON.parse(cases[0]!.runs[0]!.stdout) as Day;
    const bytes = { gz: (await stat(file)).size, peer: (await stat(peerFile)).size };
    report(options, cases, day, bytes);
    if (options.out !== null) {
      const runs = cases.map(({ name, runs: all }) => ({
        name,
        runs: all.map(({ stdout: _stdout, ...run }) => run),
      }));
      await writeFile(options.out, `${JSON.stringify({ ...day, ...bytes, runs }, null, 2)}\n`);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function report(
  options: BenchOptions,
  cases: readonly Case[],
  day: Day,
  bytes: { readonly gz: number; readonly peer: number },
): void {
  const million = (value: number): string => (value / 1e6).toFixed(2);
  const each = (total: number): string => (total / day.prints).toFixed(2);
  const lines = [
    `import: ${day.prints.toLocaleString('en-US')} prints of ${day.contracts.toLocaleString('en-US')} contracts, ` +
      `${options.order} order; ${cpus()[0]?.model ?? 'unknown processor'}, ${options.rounds} rounds, medians`,
    '',
    `case       M prints/s   M prints/CPU s   peak MB`,
  ];
  for (const { name, runs } of cases) {
    const wall = median(runs.map(({ wallSeconds }) => wallSeconds));
    const cpu = median(runs.map(({ cpuSeconds }) => cpuSeconds));
    const memory = median(runs.map(({ rssMb }) => rssMb ?? NaN));
    const cells = [
      name.padEnd(8),
      million(day.prints / wall).padStart(12),
      million(day.prints / cpu).padStart(16),
      memory.toFixed(0).padStart(9),
    ];
    lines.push(cells.join(' '));
  }
  lines.push(
    '',
    'bytes a print',
    `  csv.gz          ${each(bytes.gz)}`,
    `  prints          ${each(day.printBytes)}`,
    `  summaries       ${each(day.summaryBytes)}  (${(day.summaryBytes / day.contracts).toFixed(1)} a contract)`,
    `  both            ${each(day.printBytes + day.summaryBytes)}`,
    `  DuckDB's own    ${each(bytes.peer)}`,
    '',
  );
  process.stdout.write(lines.join('\n'));
}
