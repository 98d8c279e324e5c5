// A sealed session: the same prints in another order, found at once; what comes late is taken once; verify finds lies.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/db/open-store.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { sealDay, unsealedDays } from '../../src/db/seal.ts';
import { printedDays, verifyDay } from '../../src/db/verify.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Random } from '../../src/lib/random.ts';
import { cloneDatabase, open, type TestDatabase } from '../support/database.ts';
import { tableOf } from '../support/tape.ts';

const session = requireSession('2026-11-20');
const { date } = session;
const TICKERS = [
  'O:SPY261218C00650000',
  'O:SPY261218P00600000',
  'O:AAPL261218C00200000',
  'O:XOM261218P00100000',
];
const CONDITIONS = [209, 209, 209, 202, 201, 247, 999];

/** A tape with cancels, prints kept apart, unknown codes and times that go back now and then. */
function tape(rows: number): Print[] {
  const random = new Random('a day to seal');
  return Array.from({ length: rows }, (_row, row) => ({
    contract: random.below(TICKERS.length),
    atMs: session.openMs + row * 300 - (row % 50 === 0 ? 400_000 : 0),
    priceE4: 5_000 + random.below(500) * 10,
    size: 1 + random.below(50),
    condition: CONDITIONS[random.below(CONDITIONS.length)]!,
    exchange: 302,
  }));
}

const PRINTS = tape(4_000);
const CONTENT = `
  select count(*)::int as rows, count(distinct tape_row)::int as distinct,
    md5(string_agg(p::text, ',' order by tape_row))
  from spyhop.print p`;

describe('a session that is sealed', () => {
  let clone: TestDatabase;
  beforeAll(async () => {
    clone = await cloneDatabase();
  });
  afterAll(() => clone[Symbol.asyncDispose]());
  beforeEach(async () => {
    await clone.db.change(
      'truncate spyhop.print, spyhop.bar, spyhop.flow, spyhop.day_summary, spyhop.market_flow, spyhop.underlying_day',
    );
    await clone.db.change('truncate spyhop.journal_position, spyhop.sum_position');
    const writer = createPrintWriter(clone.db, tableOf(TICKERS));
    await writer.store(batchOf(session, PRINTS.slice(0, 3_000)));
  });

  it('holds the same prints, ordered by underlying and time, and is sealed once', async () => {
    const before = await clone.db.rows(CONTENT);
    expect(await unsealedDays(clone.db, '2026-11-19')).toEqual([]);
    expect(await unsealedDays(clone.db, date)).toEqual([date]);
    expect(await sealDay(clone.db, date)).toBe(3_000);
    expect(await clone.db.rows(CONTENT)).toEqual(before);
    const order = 'select underlying_id, at_ms, tape_row from spyhop.print';
    const [stored, sorted] = await Promise.all([
      clone.db.rows(`${order} order by ctid`),
      clone.db.rows(`${order} order by underlying_id, at_ms, tape_row`),
    ]);
    expect(stored).toEqual(sorted);
    expect(await sealDay(clone.db, date)).toBeNull();
    expect(await unsealedDays(clone.db, date)).toEqual([]);
    expect(await sealDay(clone.db, '2026-11-18')).toBeNull();
    expect((await verifyDay(clone.db, date)).differences).toEqual([]);
  });

  it('takes prints that come after it, each once, and sums them up', async () => {
    await sealDay(clone.db, date);
    const late = batchOf(session, PRINTS.slice(2_500), { firstRow: 2_500 });
    const writer = createPrintWriter(clone.db, tableOf(TICKERS));
    expect(await writer.store(late)).toEqual({ stored: 1_000, duplicate: 500, settled: 0 });
    // A store whose position was set back, by hand or from a copy, still doubles nothing.
    await clone.db.change('update spyhop.journal_position set tape_rows = 3500');
    const again = createPrintWriter(clone.db, tableOf(TICKERS));
    expect(await again.store(late)).toEqual({ stored: 0, duplicate: 1_500, settled: 0 });
    expect(await verifyDay(clone.db, date)).toEqual({
      sessionDate: date,
      prints: 4_000,
      differences: [],
      more: false,
    });
  });

  it('stays open when the seal breaks off', async () => {
    const before = await clone.db.rows(CONTENT);
    const other = open(clone.url);
    const broken = other.transaction(async (transaction) => {
      await transaction.rows('select spyhop.seal_day($1::date)', [date]);
      throw new Error('killed here');
    });
    await expect(broken).rejects.toThrow('killed here');
    await other.close();
    expect(await clone.db.rows(CONTENT)).toEqual(before);
    const [position] = await clone.db.rows('select sealed from spyhop.journal_position');
    expect(position).toEqual({ sealed: false });
    expect(await sealDay(clone.db, date)).toBe(3_000);
  });
});

describe('the role that writes', () => {
  it('may store, sum, seal, and store what comes late, and makes no table of its own', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-seal-'));
    const store = await openStore({ dataDir, databaseUrl: null, clock: systemClock() });
    try {
      const writer = createPrintWriter(store.db, tableOf(TICKERS));
      await writer.store(batchOf(session, PRINTS.slice(0, 3_000)));
      expect(await sealDay(store.db, date)).toBe(3_000);
      const late = batchOf(session, PRINTS.slice(2_900), { firstRow: 2_900 });
      expect(await writer.store(late)).toEqual({ stored: 1_000, duplicate: 100, settled: 0 });
      expect((await verifyDay(store.db, date)).differences).toEqual([]);
      await expect(store.db.change('create table spyhop.mine ()')).rejects.toThrow(/permission denied/);
    } finally {
      await store.close();
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe('verify', () => {
  it('names each sum that is not what the prints say, and prints that are there twice', async () => {
    await using clone = await cloneDatabase();
    await createPrintWriter(clone.db, tableOf(TICKERS)).store(batchOf(session, PRINTS));
    await sumPrints(clone.db);
    expect(await printedDays(clone.db)).toEqual([date]);
    expect((await verifyDay(clone.db, date)).differences).toEqual([]);
    const [bar] = await clone.db.rows<{ osi: string; bucket: number; volume: number }>(
      `update spyhop.bar b set volume = volume + 7 from spyhop.contract c
       where c.contract_id = b.contract_id and osi = $1 and bucket = 115
       returning osi, bucket, volume`,
      [TICKERS[0]!],
    );
    await clone.db.change(`delete from spyhop.day_summary using spyhop.contract c
      where c.contract_id = day_summary.contract_id and osi = '${TICKERS[3]}'`);
    await clone.db.change('update spyhop.flow set call_cents = 1 where underlying = $1 and bucket = 114', [
      'AAPL',
    ]);
    await clone.db.change('update spyhop.market_flow set volume = 3 where bucket = 114');
    await clone.db.change("delete from spyhop.underlying_day where underlying = 'AAPL'");
    const { differences } = await verifyDay(clone.db, date);
    expect(differences).toContainEqual({
      table: 'bar',
      row: `${TICKERS[0]} 115`,
      column: 'volume',
      stored: String(bar!.volume),
      expected: String(bar!.volume - 7),
    });
    expect(differences.filter(({ table }) => table === 'flow')).toMatchObject([
      { row: 'AAPL 114', column: 'call_cents', stored: '1' },
    ]);
    expect(differences.filter(({ table }) => table === 'market_flow')).toMatchObject([
      { row: 'bucket 114', column: 'volume', stored: '3' },
    ]);
    expect(differences.filter(({ table }) => table === 'underlying_day')).toMatchObject(
      ['call_cents', 'prints', 'put_cents', 'volume'].map((column) => ({
        row: 'AAPL',
        column,
        stored: null,
      })),
    );
    const absent = differences.filter(({ table }) => table === 'day_summary');
    expect(absent.map(({ row, stored }) => [row, stored])).toEqual(
      Array.from({ length: 4 }, () => [TICKERS[3], null]),
    );
    await clone.db.change('insert into spyhop.print select * from spyhop.print where tape_row = 5');
    expect((await verifyDay(clone.db, date)).differences).toContainEqual({
      table: 'print',
      row: 'all',
      column: 'rows without repeats',
      stored: '4001',
      expected: '4000',
    });
  });
});
