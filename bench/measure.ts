// Measuring a command as a whole process: wall and CPU seconds by the shell's own accounting, memory where it tells.
import { spawn } from 'node:child_process';

/** One run of a command. */
export interface Run {
  readonly wallSeconds: number;
  /** User and system, of all threads. */
  readonly cpuSeconds: number;
  /** Peak resident memory in MB, for commands that run under Node. */
  readonly rssMb: number | null;
  readonly stdout: string;
}

/** Written to file descriptor 3 by a Node process that was started with this module preloaded (see usage.ts). */
const USAGE_MODULE = new URL('./usage.ts', import.meta.url).pathname;

/** Runs a command once. Throws with its stderr when it fails. */
export async function measure(command: readonly string[]): Promise<Run> {
  const [program = '', ...rest] = command;
  const args = program === process.execPath ? ['--import', USAGE_MODULE, ...rest] : rest;
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&4';
  const child = spawn('bash', ['-c', script, 'bash', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdout, timing, usage, errors] = await Promise.all(
    child.stdio.slice(1).map((stream) => text(stream as NodeJS.ReadableStream)),
  );
  if (child.exitCode !== 0 && child.exitCode !== null) throw new Error(`${command.join(' ')}: ${errors}`);
  const [wall = NaN, user = NaN, system = NaN] = (timing ?? '').trim().split(/\s+/).map(Number);
  return {
    wallSeconds: wall,
    cpuSeconds: user + system,
    rssMb: usage === '' || usage === undefined ? null : Number(usage) / 1024,
    stdout: stdout ?? '',
  };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

/** Median of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
