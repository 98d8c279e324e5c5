// The baseline of orders of the service: folded from imported days, as a replay folds it from their files.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBaseline, loadBaseline } from '../../src/db/baselines.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { OrderCounter } from '../../src/domain/ladder.ts';
import { allocateRates, type OrderBaseline } from '../../src/domain/order-baseline.ts';
import { OrderHistory } from '../../src/domain/order-history.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { historyDir } from '../../src/history/places.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { withOrders } from '../../src/jobs/order-baseline.ts';
import { batchesOf } from '../../src/simulation/day-batches.ts';
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

  it('is absent before a run, and afterwards what the tapes of its days give', async () => {
    const empty = new ContractTable();
    const before = await withOrders(clone.db, dataDir, empty, await loadBaseline(clone.db, empty), missed);
    expect(before.orders ?? null).toBeNull();

    await buildBaseline(clone.db, DATE, 0);
    const table = new ContractTable();
    const { orders } = await withOrders(
      clone.db,
      dataDir,
      table,
      await loadBaseline(clone.db, table),
      missed,
    );
    const expected = fromTapes();
    expect(orders!.sessions).toBe(DAYS);
    expect(orders!.ordersForecast / expected.orders.ordersForecast).toBeCloseTo(1, 2);
    // Summaries leave cancelled prints out of orders, so a few counts differ by one.
    const close = [...tickersOf(table)].filter((ticker) => {
      const ours = rateOf(orders!, table.numberOf(ticker));
      const theirs = rateOf(expected.orders, expected.table.numberOf(ticker));
      return Math.abs(ours - theirs) < 0.02 * theirs;
    });
    expect(close.length).toBeGreaterThan(0.97 * table.count);
  });

  it('is made without a day whose file is gone, and says which', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'spyhop-orders-gone-'));
    try {
      const table = new ContractTable();
      const gone: string[] = [];
      const loaded = await loadBaseline(clone.db, table);
      const { orders } = await withOrders(clone.db, elsewhere, table, loaded, (path) => gone.push(path));
      expect(orders ?? null).toBeNull();
      expect(gone).toHaveLength(DAYS);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

function* tickersOf(table: ContractTable): Generator<string> {
  for (let contract = 0; contract < table.count; contract++) yield table.ticker(contract);
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
