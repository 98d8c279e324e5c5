// The baseline of orders of the service: folded from imported days, as a replay folds it from their files.
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBaseline, ordersOfRun, recentOrders } from '../../src/db/baselines.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { OrderCounter } from '../../src/domain/ladder.ts';
import { allocateRates, type OrderBaseline } from '../../src/domain/order-baseline.ts';
import { OrderHistory } from '../../src/domain/order-history.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { profileShares } from '../../src/domain/session-clock.ts';
import { historyDir } from '../../src/history/places.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { makeBaseline, sharedDays, withOrders } from '../../src/jobs/order-baseline.ts';
import { batchesOf } from '../../src/simulation/day-batches.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { writeTape } from '../../src/simulation/flat-file.ts';
import { createMarket, type MarketSettings } from '../../src/simulation/market.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const MARKET: MarketSettings = { seed: 'orders', underlyings: 6, tradesPerDay: 3_000, anomaliesPerDay: 0 };
const DATE = '2026-11-20';
const DAYS = 4;

describe('the baseline of orders', () => {
  let clone: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    clone = await cloneDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'spyhop-orders-'));
    const until = sessionsBefore(DATE, 1)[0]!;
    const tape = { ...MARKET, outDir: dataDir, days: DAYS, until, order: 'ticker', quotes: 'none' } as const;
    const { dates } = await writeTape(tape);
    const settings = { printsFrom: DATE, historyDir: historyDir(dataDir), importedAtMs: 0 };
    for (const date of dates) await importDay(clone.db, join(dataDir, `${date}.csv.gz`), settings);
  });
  afterAll(async () => {
    rmSync(dataDir, { recursive: true });
    await clone[Symbol.asyncDispose]();
  });

  const missed = (path: string): never => {
    throw new Error(`${path} is there`);
  };

  const place = () => ({ db: clone.db, dataDir, onMissing: missed });
  const load = async (table: ContractTable) =>
    (await withOrders(place(), table, await loadBaseline(clone.db, table))).orders ?? null;

  it('is absent before a run, and afterwards what the tapes of its days give', async () => {
    expect(await load(new ContractTable())).toBeNull();
    await makeBaseline(place(), DATE, 0);
    const table = new ContractTable();
    const orders = await load(table);
    const expected = fromTapes();
    expect(orders!.sessions).toBe(DAYS);
    expect(orders!.ordersForecast / expected.orders.ordersForecast).toBeCloseTo(1, 2);
    // When in the day orders come is in the files too: the clock is the one a replay learns.
    const furthest = orders!.profile.map((share, at) => Math.abs(share - expected.orders.profile[at]!));
    expect(Math.max(...furthest)).toBeLessThan(2e-4);
    const assumed = profileShares(new Float64Array(orders!.profile.length));
    expect(Math.max(...assumed.map((share, at) => Math.abs(share - orders!.profile[at]!)))).toBeGreaterThan(
      2e-3,
    );
    // Summaries leave cancelled prints out of orders, so a few counts differ by one.
    const close = [...tickersOf(table)].filter((ticker) => {
      const ours = rateOf(orders!, table.numberOf(ticker));
      const theirs = rateOf(expected.orders, expected.table.numberOf(ticker));
      return Math.abs(ours - theirs) < 0.02 * theirs;
    });
    expect(close.length).toBeGreaterThan(0.97 * table.count);
  });

  it('stays what it was for a restart in mid-session when a day is imported anew', async () => {
    const [run] = await clone.db.rows<{ run: number }>('select run from spyhop.baseline_current');
    const before = new ContractTable();
    const first = await load(before);
    const other = mkdtempSync(join(tmpdir(), 'spyhop-orders-other-'));
    try {
      const day = sessionsBefore(DATE, 1)[0]!;
      const busier = { ...MARKET, tradesPerDay: 9_000, outDir: other, days: 1, until: day } as const;
      await writeTape({ ...busier, order: 'ticker', quotes: 'none' });
      const settings = { printsFrom: DATE, historyDir: historyDir(dataDir), importedAtMs: 1 };
      await importDay(clone.db, join(other, `${day}.csv.gz`), settings);

      // Another order of contracts in the table of the new process changes nothing either.
      const table = new ContractTable();
      for (const ticker of [...tickersOf(before)].toReversed()) table.internTicker(ticker);
      const again = await load(table);
      expect(ratesOf(again!, table)).toEqual(ratesOf(first!, before));
      expect(again!.version).toBe(first!.version);

      // The next run knows the new day, and the run before is still there for whoever decided by it.
      const next = await makeBaseline(place(), DATE, 1);
      expect(next.run).toBeGreaterThan(run!.run);
      const changed = await load(new ContractTable());
      expect(changed!.ordersForecast).toBeGreaterThan(first!.ordersForecast);
      const earlier = await loadBaseline(clone.db, table, run!.run);
      const { orders } = await withOrders(place(), table, earlier!);
      expect(ratesOf(orders!, table)).toEqual(ratesOf(first!, before));
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('folds a new day onto what is known as if it had folded all days', async () => {
    await clone.db.change('delete from spyhop.baseline_current');
    await clone.db.change('delete from spyhop.baseline_run');
    const last = sessionsBefore(DATE, 1)[0]!;
    await makeBaseline(place(), last, 2);
    await makeBaseline(place(), DATE, 2);
    const known = await clone.db.rows<{ days: number }>(
      'select cardinality(orders_days) as days from spyhop.baseline_run order by run',
    );
    expect(known.map(({ days }) => days)).toEqual([DAYS - 1, DAYS]);
    const table = new ContractTable();
    const onto = await load(table);
    await clone.db.change('delete from spyhop.baseline_current');
    await clone.db.change('delete from spyhop.baseline_run');
    await makeBaseline(place(), DATE, 3);
    const anew = await load(table);
    expect(anew!.version).toBe(onto!.version);
    expect(ratesOf(anew!, table)).toEqual(ratesOf(onto!, table));
  });

  it('leaves the run that holds when the job dies, and says which file of a day is gone', async () => {
    const held = await loadBaseline(clone.db, new ContractTable());
    const elsewhere = mkdtempSync(join(tmpdir(), 'spyhop-orders-gone-'));
    try {
      // A folder where the file should be written cannot be made: there is a file of that name.
      writeFileSync(join(elsewhere, 'baselines'), '');
      symlinkSync(historyDir(dataDir), historyDir(elsewhere));
      const dying = { db: clone.db, dataDir: elsewhere, onMissing: missed };
      await expect(makeBaseline(dying, DATE, 4)).rejects.toThrow(Refusal);
      expect((await loadBaseline(clone.db, new ContractTable())).run).toBe(held.run);

      rmSync(historyDir(elsewhere));
      const gone: string[] = [];
      const table = new ContractTable();
      const missing = { ...dying, onMissing: (path: string) => gone.push(path) };
      expect((await withOrders(missing, table, held)).orders ?? null).toBeNull();
      await makeBaseline(missing, DATE, 5);
      expect(gone).toHaveLength(1 + DAYS);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('refuses a file that is damaged, by its name', async () => {
    const { name } = (await recentOrders(clone.db))[0]!;
    const path = join(dataDir, 'baselines', name);
    const { run } = await makeBaseline(place(), DATE, 6);
    expect(await ordersOfRun(clone.db, run)).toBe(name);
    truncateSync(path, 1_000);
    const loading = load(new ContractTable());
    await expect(loading).rejects.toThrow(Refusal);
    await expect(loading).rejects.toThrow(`${path} is damaged`);
  });
});

describe('the days behind a fold', () => {
  it('are those it shares with a run when the run goes on from its last', () => {
    expect(sharedDays(['a', 'b', 'c'], ['b', 'c', 'd'])).toBe(2);
    expect(sharedDays(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe(3);
    expect(sharedDays(['a', 'b', 'c'], ['c2', 'd'])).toBe(0);
    expect(sharedDays(['a', 'x', 'c'], ['a', 'b', 'c'])).toBe(0);
    expect(sharedDays(['a', 'b', 'c'], ['a', 'b'])).toBe(0);
  });
});

function* tickersOf(table: ContractTable): Generator<string> {
  for (let contract = 0; contract < table.count; contract++) yield table.ticker(contract);
}

function ratesOf(baseline: OrderBaseline, table: ContractTable): ReadonlyMap<string, number> {
  const followed = [...tickersOf(table)].filter((ticker) => baseline.follows(table.numberOf(ticker)));
  return new Map(followed.toSorted().map((ticker) => [ticker, rateOf(baseline, table.numberOf(ticker))]));
}

function rateOf(baseline: OrderBaseline, contract: number): number {
  const rates = allocateRates();
  baseline.contractRates(contract, baseline.featuresOf(contract), rates);
  return rates.rates[0]!;
}

function fromTapes(): { readonly table: ContractTable; readonly orders: OrderBaseline } {
  const market = createMarket(MARKET);
  const table = new ContractTable();
  const history = new OrderHistory(table);
  for (const date of sessionsBefore(DATE, DAYS)) {
    const counter = new OrderCounter(history.hoursOf(requireSession(date)));
    for (const batch of batchesOf(market.day(date), table)) counter.add(batch, batch.atMs);
    history.add(counter.take(date));
  }
  return { table, orders: history.before(DATE)! };
}
