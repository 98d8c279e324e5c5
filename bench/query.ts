// Benchmark `query`: what a page asks, through REST, while the feed writes: sealed sessions and the open one.
import { writeFile } from 'node:fs/promises';
import { Writer } from '../src/actors/writer.ts';
import { AlertFeed } from '../src/api/alert-feed.ts';
import { HttpCounts } from '../src/api/http-counts.ts';
import type { ApiPorts } from '../src/api/ports.ts';
import { createApi } from '../src/api/server.ts';
import { storeAlerts } from '../src/db/alerts.ts';
import { openDatabase } from '../src/db/pool.ts';
import { createPrintWriter } from '../src/db/print-writer.ts';
import { sumPrints } from '../src/db/print-sums.ts';
import { storeQueries } from '../src/db/queries.ts';
import { sealDay } from '../src/db/seal.ts';
import { isPassing } from '../src/db/sqlstate.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import { requireSession } from '../src/domain/session.ts';
import type { TradeBatch } from '../src/domain/trade.ts';
import { systemClock } from '../src/lib/clock.ts';
import { Random } from '../src/lib/random.ts';
import { alertOfRow } from '../test/support/soak-tape.ts';
import type { BenchOptions } from './main.ts';
import { datesOf, LAST_DATE, openStage, piecesOf, simulatedDay, type StoreStage } from './store-stage.ts';

/** Hot sessions: the last one is open, the others are sealed. */
const SESSIONS = 5;
const LIVE_RATE = 5_000;
const FRAMES_A_SECOND = 20;
const QUESTIONS = 300;
const ALERTS = 100_000;
/** Share of the open day that is there before the questions begin. */
const OPEN_SHARE = 0.5;

const out = (line: string): void => void process.stdout.write(`${line}\n`);

/** Rows of a piece as a batch of their own. */
function part(piece: TradeBatch, from: number, to: number): TradeBatch {
  return {
    ...piece,
    firstRow: piece.firstRow + from,
    length: to - from,
    contract: piece.contract.subarray(from, to),
    atMs: piece.atMs.subarray(from, to),
    priceE4: piece.priceE4.subarray(from, to),
    size: piece.size.subarray(from, to),
    condition: piece.condition.subarray(from, to),
    exchange: piece.exchange.subarray(from, to),
    sequence: piece.sequence?.subarray(from, to) ?? null,
  };
}

async function fill(stage: StoreStage, table: ContractTable, options: BenchOptions): Promise<TradeBatch[]> {
  const { db } = stage;
  const prints = createPrintWriter(db, table);
  let rest: TradeBatch[] = [];
  for (const date of datesOf(SESSIONS)) {
    const pieces = piecesOf(simulatedDay(options.prints, options.underlyings, date), table, date);
    const isOpen = date === LAST_DATE;
    const now = isOpen ? Math.max(1, Math.floor(pieces.length * OPEN_SHARE)) : pieces.length;
    for (const piece of pieces.slice(0, now)) await prints.store(piece);
    while ((await sumPrints(db)) > 0);
    if (isOpen) rest = pieces.slice(now);
    else await sealDay(db, date);
  }
  for (let row = 0; row < ALERTS; row += 5_000) {
    await storeAlerts(
      db,
      Array.from({ length: 5_000 }, (_alert, n) => alertOfRow(row + n)),
    );
  }
  // As autovacuum leaves it.
  for (const name of ['print', 'bar', 'flow', 'day_summary', 'alert', 'contract']) {
    await db.change(`vacuum analyze spyhop.${name}`);
  }
  return rest;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Feeds the open day at the live rate until it is stopped or the day ends; gives the prints a second. */
function feed(writer: Writer, pieces: readonly TradeBatch[]): { stop: () => number } {
  const startMs = performance.now();
  let lastMs = startMs;
  const rows = LIVE_RATE / FRAMES_A_SECOND;
  let piece = 0;
  let from = 0;
  let given = 0;
  const timer = setInterval(() => {
    const current = pieces[piece];
    if (current === undefined) return;
    const to = Math.min(current.length, from + rows);
    if (writer.accept(part(current, from, to))) given += to - from;
    lastMs = performance.now();
    from = to;
    if (from === current.length) {
      piece++;
      from = 0;
    }
  }, 1_000 / FRAMES_A_SECOND);
  return {
    stop() {
      clearInterval(timer);
      return (given / (lastMs - startMs)) * 1000;
    },
  };
}

/** Times a question, again and again; the answers must all be good. */
async function ask(
  name: string,
  address: string,
  path: () => string,
  figures: Record<string, number[]>,
): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < QUESTIONS; n++) {
    const startMs = performance.now();
    const response = await fetch(`${address}${path()}`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    times.push(performance.now() - startMs);
  }
  const sorted = times.toSorted((a, b) => a - b);
  figures[name] = [0.5, 0.99, 1].map((share) => percentile(sorted, share));
  const [half, most, all] = figures[name].map((ms) => ms.toFixed(1).padStart(7));
  out(`${name.padEnd(54)} p50 ${half}  p99 ${most}  max ${all} ms`);
}

export async function benchQuery(options: BenchOptions): Promise<void> {
  await using stage = await openStage();
  const table = new ContractTable();
  out(
    `query: ${SESSIONS} sessions of ${options.prints} prints, ${options.underlyings} underlyings, ${ALERTS} alerts`,
  );
  const rest = await fill(stage, table, options);
  const reader = openDatabase({ url: stage.url, connectionsMax: 6, statementMsMax: 10_000, readOnly: true });
  const clock = systemClock();
  const api = createApi({
    store: storeQueries(reader),
    alertsAfter: () => Promise.resolve(null),
    isStoreAway: isPassing,
    alertFeed: new AlertFeed(),
    health: () => [],
    metrics: {} as unknown as ApiPorts['metrics'],
    counts: new HttpCounts(),
    currentSession: () => LAST_DATE,
    clock,
    log: { write() {} },
    settings: { host: '127.0.0.1', port: 0, token: null, version: 'bench' },
  });
  const address = await api.listen();
  const prints = createPrintWriter(stage.db, table);
  const writer = new Writer({
    store: (piece) => prints.store(piece),
    storeAlerts: (alerts) => storeAlerts(stage.db, alerts),
    sumUp: () => sumPrints(stage.db),
    mayPass: isPassing,
    clock,
    chance: Math.random,
  });
  const feeding = feed(writer, rest);
  const figures: Record<string, number[]> = {};
  await questions(stage, address, figures);
  out(`meanwhile ${feeding.stop().toFixed(0)} prints a second were written`);
  await writer.drain(60_000);
  await api.close(1_000);
  await reader.close();
  if (options.out !== null) await writeFile(options.out, JSON.stringify(figures, null, 2));
}

async function questions(
  { db }: StoreStage,
  address: string,
  figures: Record<string, number[]>,
): Promise<void> {
  const random = new Random('questions');
  const sealed = datesOf(SESSIONS).slice(0, -1);
  // Names as people ask for them: half of the questions are about the busiest 20.
  const names = await db.rows<{ symbol: string; osi: string }>(
    `select underlying as symbol, (array_agg(osi order by volume desc))[1] as osi
     from spyhop.day_summary join spyhop.contract using (contract_id)
     where session_date = $1 group by 1 order by sum(prints) desc`,
    [sealed[0]!],
  );
  const name = (): { symbol: string; osi: string } =>
    names[random.below(2) === 0 ? random.below(Math.min(20, names.length)) : random.below(names.length)]!;
  const day = (): string => sealed[random.below(sealed.length)]!;
  const go = (title: string, path: () => string): Promise<void> => ask(title, address, path, figures);
  const on = (symbol: string, what: string, date: string): string =>
    `/v1/underlyings/${symbol}/${what}?date=${date}`;
  await go(
    "an underlying's first 1,000 prints, sealed",
    () => `${on(name().symbol, 'trades', day())}&limit=1000`,
  );
  await go(
    "an underlying's first 1,000 prints, open day",
    () => `${on(name().symbol, 'trades', LAST_DATE)}&limit=1000`,
  );
  await go("an underlying's five minutes, sealed", () => on(name().symbol, 'flow', day()));
  await go("an underlying's five minutes, open day", () => on(name().symbol, 'flow', LAST_DATE));
  await go("an underlying's contracts by premium, sealed", () => on(name().symbol, 'contracts', day()));
  await go(
    "a contract's first 1,000 prints, sealed",
    () => `/v1/contracts/${name().osi}/trades?date=${day()}&limit=1000`,
  );
  await go("a contract's bars", () => `/v1/contracts/${name().osi}/bars?date=${day()}`);
  const moment = (date: string): string => {
    const { midnightMs, openMs } = requireSession(date);
    return new Date(midnightMs + openMs + random.below(78) * 300_000).toISOString();
  };
  await go('the largest 20 contracts of five minutes, sealed', () => `/v1/largest?at=${moment(day())}`);
  await go('the largest 20 contracts of five minutes, open day', () => `/v1/largest?at=${moment(LAST_DATE)}`);
  await go("a contract's year by day (60 sessions are hot)", () => `/v1/contracts/${name().osi}/days`);
  const month = 'from=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z';
  await go(
    'alerts of a symbol and a month, newest 1,000',
    () => `/v1/alerts?underlying=SPY&${month}&limit=1000`,
  );
}
