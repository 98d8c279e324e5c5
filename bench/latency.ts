// Benchmark `latency`: from a print on the provider's socket to its alert at a client that follows, at three rates.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openStore } from '../src/db/open-store.ts';
import { sessionsBefore } from '../src/domain/session.ts';
import { historyDir } from '../src/history/places.ts';
import { importDay } from '../src/jobs/import-day.ts';
import { systemClock } from '../src/lib/clock.ts';
import { CONTRACTS, monotonicMs, type Play, type Played, SPIKES, spikeTicker } from './latency-provider.ts';
import type { ServiceFigures } from './latency-service.ts';
import type { BenchOptions } from './main.ts';
import { BENCH_SESSION, benchTickers } from './wire-frames.ts';

const RATES = [1_000, 10_000, 50_000];
const SECONDS = 20;
const SPIKES_A_SECOND = 20;
const WARM_UP: Play = { printsASecond: 20_000, seconds: 5, spikesASecond: SPIKES_A_SECOND };
/** After the last print, for the alerts that are still on their way. */
const SETTLE_MS = 1_000;
/** Epoch ms on the market's clock at which the stage begins: an hour after the open. */
export const START_MS = BENCH_SESSION.midnightMs + BENCH_SESSION.openMs + 3_600_000;

interface Figures extends Omit<ServiceFigures, 'kind' | 'raisedMs' | 'toldMs' | 'flushMs'> {
  readonly printsASecond: number;
  readonly prints: number;
  readonly alerts: number;
  readonly missing: number;
  /** Sorted, ms: the whole way, and its parts. */
  readonly wholeMs: readonly number[];
  readonly toRaisedMs: readonly number[];
  readonly toToldMs: readonly number[];
  readonly toClientMs: readonly number[];
  readonly flushMs: readonly number[];
}

/** The day before: much of every contract of the tape, little of those that are to raise an alert. */
function historyCsv(midnightMs: number): string {
  const at = `${midnightMs + 12 * 3_600_000}000000`;
  const row = (ticker: string, size: number): string => `${ticker},209,0,302,1.5,${at},${size}`;
  const tape = benchTickers(CONTRACTS).flatMap((ticker, rank) =>
    Array.from({ length: rank < 400 ? 8 : 1 }, () => row(ticker, 8_000_000)),
  );
  const spikes = Array.from({ length: SPIKES }, (_, n) => row(spikeTicker(n), 100));
  return ['ticker,conditions,correction,exchange,price,sip_timestamp,size', ...tape, ...spikes, ''].join(
    '\n',
  );
}

/** Imports the day before, from which the service learns what is normal. */
export async function learn(dataDir: string): Promise<void> {
  const [date = ''] = sessionsBefore(BENCH_SESSION.date, 1);
  const file = join(dataDir, `${date}.csv.gz`);
  await writeFile(file, gzipSync(historyCsv(BENCH_SESSION.midnightMs - 86_400_000)));
  const store = await openStore({ dataDir, databaseUrl: null, clock: systemClock() });
  try {
    await importDay(store.db, file, {
      printsFrom: BENCH_SESSION.date,
      historyDir: historyDir(dataDir),
      importedAtMs: 0,
    });
  } finally {
    await store.close();
  }
}

function start(module: string, ...args: readonly string[]): ChildProcess {
  return fork(new URL(module, import.meta.url).pathname, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The next message of a process; throws when it ends before. */
export async function message<M>(child: ChildProcess): Promise<M> {
  return new Promise((resolve, reject) => {
    const over = (code: number | null): void => reject(new Error(`a process ended with ${code}`));
    child.once('exit', over);
    child.once('message', (value) => {
      child.off('exit', over);
      resolve(value as M);
    });
  });
}

/** Follows the alerts and stamps each by its ticker at the moment it comes. */
function follow(address: string, onAlert: (ticker: string, ms: number) => void): () => void {
  let rest = '';
  const request = get(`${address}/v1/stream`, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      const nowMs = monotonicMs();
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue;
        const { contract } = JSON.parse(line.slice(6)) as { contract?: string };
        if (contract !== undefined) onAlert(contract, nowMs);
      }
    });
  });
  request.on('error', () => {});
  return () => request.destroy();
}

function between(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): readonly number[] {
  return [...from]
    .flatMap(([ticker, ms]) => (to.has(ticker) ? [to.get(ticker)! - ms] : []))
    .toSorted((a, b) => a - b);
}

export function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

async function runRate(
  provider: ChildProcess,
  service: ChildProcess,
  heard: ReadonlyMap<string, number>,
  play: Play,
): Promise<Figures> {
  service.send('begin');
  provider.send(play);
  const { sentMs, prints } = await message<Played>(provider);
  service.send('end');
  const { raisedMs, toldMs, kind: _, flushMs, ...rest } = await message<ServiceFigures>(service);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const [sent, raised, told] = [new Map(sentMs), new Map(raisedMs), new Map(toldMs)];
  return {
    ...rest,
    printsASecond: play.printsASecond,
    prints,
    alerts: sent.size,
    missing: [...sent.keys()].filter((ticker) => !heard.has(ticker)).length,
    wholeMs: between(sent, heard),
    toRaisedMs: between(sent, raised),
    toToldMs: between(raised, told),
    toClientMs: between(told, heard),
    flushMs: flushMs.toSorted((a, b) => a - b),
  };
}

/** Prints the table and, where asked, writes every figure as JSON. */
export async function benchLatency({ rounds, out }: BenchOptions): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'spyhop-latency-'));
  const children: ChildProcess[] = [];
  try {
    await learn(dataDir);
    const begunMs = Date.now();
    const nowMs = (): string => String(START_MS + Date.now() - begunMs);
    const provider = start('latency-provider.ts', nowMs());
    children.push(provider);
    const { url } = await message<{ url: string }>(provider);
    const service = start('latency-service.ts', dataDir, url, nowMs());
    children.push(service);
    const { address } = await message<{ address: string }>(service);
    const heard = new Map<string, number>();
    const leave = follow(address, (ticker, ms) => heard.set(ticker, ms));
    await runRate(provider, service, heard, WARM_UP);
    const figures: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const printsASecond of RATES)
        figures.push(
          await runRate(provider, service, heard, {
            printsASecond,
            seconds: SECONDS,
            spikesASecond: SPIKES_A_SECOND,
          }),
        );
    }
    leave();
    service.send('stop');
    await new Promise((resolve) => service.once('exit', resolve));
    report(figures);
    if (out !== null) await writeFile(out, `${JSON.stringify({ bench: 'latency', figures }, null, 2)}\n`);
  } finally {
    for (const child of children) child.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function report(figures: readonly Figures[]): void {
  const cells = (values: readonly number[], shares: readonly number[]): string =>
    shares.map((share) => percentileOf(values, share).toFixed(1).padStart(7)).join('');
  const lines = [
    `latency: print on the socket to alert at a client that follows, ${SECONDS} s a rate, ` +
      `${SPIKES_A_SECOND} alerts a second`,
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores shared with Postgres, provider and client, ` +
      `Node ${process.versions.node}; ms`,
    '',
    'prints/s      p50    p99  p99.9   missing   core %   loop p99    max   to raised p50/p99   stored p50/p99   ' +
      'client p50/p99   journal flush p50/p99',
  ];
  for (const one of figures) {
    lines.push(
      String(one.printsASecond).padStart(8) +
        `  ${cells(one.wholeMs, [0.5, 0.99, 0.999])}` +
        `${one.missing}/${one.alerts}`.padStart(10) +
        one.cpuPercent.toFixed(1).padStart(9) +
        one.loopMs.p99.toFixed(1).padStart(11) +
        one.loopMs.max.toFixed(1).padStart(7) +
        `      ${cells(one.toRaisedMs, [0.5, 0.99])}` +
        `   ${cells(one.toToldMs, [0.5, 0.99])}` +
        `   ${cells(one.toClientMs, [0.5, 0.99])}` +
        `         ${cells(one.flushMs, [0.5, 0.99])}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
