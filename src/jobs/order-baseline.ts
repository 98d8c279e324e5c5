// The orders of a baseline: folded day by day in a thread into the file of a run, and read from it for the service.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type BaselineRun,
  buildBaseline,
  type LoadedBaseline,
  ordersOfRun,
  recentOrders,
} from '../db/baselines.ts';
import { listHistoryDays } from '../db/history-days.ts';
import type { Database } from '../db/pool.ts';
import { BASELINE_SESSIONS } from '../domain/baseline.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import { renumbered } from '../domain/order-renumber.ts';
import type { OrderSnapshot } from '../domain/order-snapshot.ts';
import { sessionsBefore } from '../domain/session.ts';
import { historyDir } from '../history/places.ts';
import { baselinesDir, sweepOrders } from './order-file.ts';
import type { OrderReply, OrderTask } from './order-words.ts';
import { repliesOf } from './thread-replies.ts';

/** Names of day files that a run remembers: enough to know whether the next run's days go on from them. */
const DAYS_NAMED = 2 * BASELINE_SESSIONS;

/** Where a run is made. */
export interface RunPlace {
  readonly db: Database;
  readonly dataDir: string;
  /** Told of a file of a day that is gone. */
  readonly onMissing: (path: string) => void;
}

/** A file of orders with the days it was folded from. */
interface OrderSource {
  readonly name: string;
  readonly days: readonly string[];
}

/**
 * Makes the baseline of a session, volumes and orders, and puts it in force. A run never changes: what it knows of
 * orders is in a file of its own. Only days that the newest runs do not know are folded, onto their file.
 */
export async function makeBaseline(place: RunPlace, asOf: string, builtAtMs: number): Promise<BaselineRun> {
  const orders = await foldOrders(place, asOf);
  const run = await buildBaseline(place.db, asOf, builtAtMs, orders);
  const kept = await recentOrders(place.db);
  sweepOrders(baselinesDir(place.dataDir), new Set(kept.map(({ name }) => name)), Date.now());
  return run;
}

/** Folds what is not folded yet; null when no day before the session has orders. */
async function foldOrders({ db, dataDir, onMissing }: RunPlace, asOf: string): Promise<OrderSource | null> {
  const window = sessionsBefore(asOf, BASELINE_SESSIONS);
  const all = await listHistoryDays(db, window[0], window.at(-1));
  const days = all
    .filter(({ printsName }) => printsName !== null)
    .map(({ sessionDate, summariesName }) => ({
      date: sessionDate,
      name: summariesName,
      path: join(historyDir(dataDir), summariesName),
    }))
    .filter(({ path }) => {
      const isThere = existsSync(path);
      if (!isThere) onMissing(path);
      return isThere;
    });
  if (days.length === 0) return null;
  const folder = baselinesDir(dataDir);
  const names = days.map(({ name }) => name);
  let base: OrderSource | null = null;
  let known = 0;
  for (const candidate of await recentOrders(db)) {
    const count = sharedDays(candidate.days, names);
    if (count <= known || !existsSync(join(folder, candidate.name))) continue;
    known = count;
    base = candidate;
  }
  if (base !== null && known === names.length) return base;
  const name = await foldInThread({
    task: 'fold',
    base: base === null ? null : join(folder, base.name),
    days: days.slice(known),
    folder,
  });
  const folded = [...(base?.days ?? []), ...names.slice(known)];
  return { name, days: folded.slice(-DAYS_NAMED) };
}

/** How many of `wanted` a fold over `folded` has behind it; 0 when it does not end with the first of them. */
export function sharedDays(folded: readonly string[], wanted: readonly string[]): number {
  const from = folded.indexOf(wanted[0]!);
  if (from < 0) return 0;
  const shared = folded.slice(from);
  return shared.length <= wanted.length && shared.every((name, at) => name === wanted[at])
    ? shared.length
    : 0;
}

/** Gives work to a thread, and its answers until one is enough or the last has come; the thread ends with that. */
async function* answersOf(task: OrderTask): AsyncGenerator<OrderReply> {
  const worker = new Worker(new URL('./order-thread.ts', import.meta.url), { workerData: task });
  const hear = repliesOf<OrderReply>(worker);
  try {
    for (;;) {
      const reply = await hear();
      yield reply;
      if (reply.told !== 'tickers') return;
    }
  } finally {
    await worker.terminate();
  }
}

async function foldInThread(task: Extract<OrderTask, { task: 'fold' }>): Promise<string> {
  for await (const reply of answersOf(task)) if (reply.told === 'folded') return reply.name;
  throw new Error('the thread that folds orders ended without a file');
}

/** Reads the orders of a file for a session, by the numbers of the table; the event loop turns between pieces. */
async function loadOrders(path: string, asOf: string, table: ContractTable): Promise<OrderSnapshot | null> {
  const tickers: string[] = [];
  for await (const reply of answersOf({ task: 'load', path, asOf })) {
    if (reply.told === 'tickers') for (const ticker of reply.tickers) tickers.push(ticker);
    if (reply.told !== 'loaded') continue;
    const { columns, underlyings } = reply;
    if (columns === null) return null;
    const steps = renumbered({ columns, tickers, underlyings }, table);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  throw new Error(`the thread that reads ${path} ended without an answer`);
}

/**
 * The baseline with what is normal of orders, read from the file of its run; itself when the run has none. A file that
 * is gone is told, and then nothing is known of orders.
 */
export async function withOrders(
  { db, dataDir, onMissing }: RunPlace,
  table: ContractTable,
  baseline: LoadedBaseline,
): Promise<LoadedBaseline> {
  if (baseline.asOf === null) return baseline;
  const name = await ordersOfRun(db, baseline.run);
  if (name === null) return baseline;
  const path = join(baselinesDir(dataDir), name);
  if (!existsSync(path)) {
    onMissing(path);
    return baseline;
  }
  return { ...baseline, orders: await loadOrders(path, baseline.asOf, table) };
}
