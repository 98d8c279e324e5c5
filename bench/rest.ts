// Benchmark `rest`: requests a second of the API, from memory and from Postgres, while the feed brings 5,000 prints/s.
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { learn, message, START_MS } from './latency.ts';
import type { Play } from './latency-provider.ts';
import type { BenchOptions } from './main.ts';
import { median } from './measure.ts';

const FEED_PRINTS_A_SECOND = 5_000;
const SECONDS = 5;
const CONNECTIONS = 32;
const PREPARE: Play = { printsASecond: FEED_PRINTS_A_SECOND, seconds: 6, spikesASecond: 50 };

/** An address that is asked for, and the goal it is held against. */
interface Case {
  readonly from: 'memory' | 'Postgres';
  readonly path: string;
  readonly goalPerSecond: number;
}

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx or 3xx, and connections that broke. */
  readonly failed: number;
}

/** "1.23ms", "850.00us" or "1.20s" in ms. */
function durationMs(text: string): number {
  const [, value = '', unit = ''] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * ({ us: 1e-3, ms: 1, s: 1e3 }[unit] ?? NaN);
}

/** Asks for one address as often as it is answered. Throws when wrk is not installed. */
async function load(url: string): Promise<Load> {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', url];
  let said: string;
  try {
    ({ stdout: said } = await promisify(execFile)('wrk', args));
  } catch (error) {
    throw new Error('the load comes from wrk, which is not here: install it (Debian: apt-get install wrk)', {
      cause: error,
    });
  }
  const find = (pattern: RegExp): string => pattern.exec(said)?.[1] ?? '';
  return {
    perSecond: Number(find(/Requests\/sec:\s+([\d.]+)/)),
    p50Ms: durationMs(find(/50%\s+(\S+)/)),
    p99Ms: durationMs(find(/99%\s+(\S+)/)),
    failed:
      Number(find(/Non-2xx or 3xx responses: (\d+)/) || 0) +
      Array.from(find(/Socket errors: (.+)/).matchAll(/\d+/g), Number).reduce((sum, count) => sum + count, 0),
  };
}

/** Addresses of things that are there. */
async function casesAt(address: string): Promise<Case[]> {
  const { items } = (await (await fetch(`${address}/v1/alerts?limit=1`)).json()) as {
    items: { id: string; contract: string; underlying: string }[];
  };
  const [alert] = items;
  if (alert === undefined) throw new Error('no alert was raised while the stage was set');
  const fromMemory = { from: 'memory', goalPerSecond: 20_000 } as const;
  const fromPostgres = { from: 'Postgres', goalPerSecond: 3_000 } as const;
  return [
    { ...fromMemory, path: '/v1/alerts?limit=1' },
    { ...fromMemory, path: '/v1/alerts?limit=10' },
    { ...fromMemory, path: '/health/live' },
    // A scrape may hold the main thread for ten milliseconds.
    { from: 'memory', goalPerSecond: 100, path: '/metrics' },
    { ...fromPostgres, path: `/v1/alerts/${alert.id}` },
    { ...fromPostgres, path: `/v1/alerts?underlying=${alert.underlying}&limit=10` },
    { ...fromPostgres, path: `/v1/contracts/${alert.contract}/bars` },
    { ...fromPostgres, path: `/v1/underlyings/${alert.underlying}/flow` },
  ];
}

/** Prints the table and, where asked, writes every figure as JSON. */
export async function benchRest({ rounds, out }: BenchOptions): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'spyhop-rest-'));
  const children: ChildProcess[] = [];
  const start = (module: string, ...args: readonly string[]): ChildProcess => {
    const child = fork(new URL(module, import.meta.url).pathname, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    return child;
  };
  try {
    await learn(dataDir);
    const begunMs = Date.now();
    const nowMs = (): string => String(START_MS + Date.now() - begunMs);
    const provider = start('latency-provider.ts', nowMs());
    const { url } = await message<{ url: string }>(provider);
    const service = start('latency-service.ts', dataDir, url, nowMs());
    const { address } = await message<{ address: string }>(service);
    const played = message(provider);
    provider.send(PREPARE);
    await played;
    const cases = await casesAt(address);
    const seconds = cases.length * rounds * (SECONDS + 1);
    provider.send({ printsASecond: FEED_PRINTS_A_SECOND, seconds, spikesASecond: 2 } satisfies Play);
    const loads = cases.map((): Load[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [at, { path }] of cases.entries()) loads[at]!.push(await load(`${address}${path}`));
    }
    report(cases, loads);
    const figures = cases.map((one, at) => ({ ...one, loads: loads[at] }));
    if (out !== null) await writeFile(out, `${JSON.stringify({ bench: 'rest', figures }, null, 2)}\n`);
    service.send('stop');
    await new Promise((resolve) => service.once('exit', resolve));
  } finally {
    for (const child of children) child.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function report(cases: readonly Case[], loads: readonly (readonly Load[])[]): void {
  const lines = [
    `rest: wrk with ${CONNECTIONS} connections, ${SECONDS} s an address, while the feed brings ` +
      `${FEED_PRINTS_A_SECOND.toLocaleString('en-US')} prints a second`,
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores shared with wrk, Postgres and the provider, ` +
      `Node ${process.versions.node}; medians`,
    '',
    'from        requests/s   of goal    p50 ms    p99 ms   failed   address',
  ];
  for (const [at, { from, path, goalPerSecond }] of cases.entries()) {
    const of = (read: (load: Load) => number): number => median(loads[at]!.map(read));
    lines.push(
      from.padEnd(10) +
        Math.round(of(({ perSecond }) => perSecond))
          .toLocaleString('en-US')
          .padStart(12) +
        (of(({ perSecond }) => perSecond) / goalPerSecond).toFixed(2).padStart(10) +
        of(({ p50Ms }) => p50Ms)
          .toFixed(2)
          .padStart(10) +
        of(({ p99Ms }) => p99Ms)
          .toFixed(2)
          .padStart(10) +
        of(({ failed }) => failed)
          .toFixed(0)
          .padStart(9) +
        `   ${path}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
