// A simulated day for benchmarks, made once and kept in the temporary folder.
import { execFile } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchOptions } from './main.ts';

const SPYHOP = new URL('../src/main.ts', import.meta.url).pathname;
const DATE = '2026-11-20';

/** Path of the day's file of trades, simulated now unless an earlier run did. */
export async function simulatedDay({ prints, underlyings, order }: BenchOptions): Promise<string> {
  const dir = join(tmpdir(), `spyhop-bench-day-${prints}-${underlyings}-${order}`);
  const file = join(dir, `${DATE}.csv.gz`);
  if ((await stat(file).catch(() => null)) !== null) return file;
  process.stderr.write(`simulating a session of ${prints.toLocaleString('en-US')} prints in ${dir}\n`);
  const unfinished = `${dir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const args = ['simulate', '--out', unfinished, '--days', '1', '--until', DATE, '--order', order];
  const size = ['--trades-per-day', String(prints), '--underlyings', String(underlyings)];
  await promisify(execFile)(process.execPath, [SPYHOP, ...args, ...size]);
  await rename(unfinished, dir);
  return file;
}
