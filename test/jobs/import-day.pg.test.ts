// Importing days: once however often, whole or not at all, in the place of the live day.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGap } from '../../src/db/feed-gaps.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { storeQueries } from '../../src/db/queries.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf } from '../../src/domain/trade.ts';
import { openHistory } from '../../src/history/questions.ts';
import { historyPlaces } from '../../src/jobs/history-places.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { print, tableOf } from '../support/tape.ts';

const CALL = 'O:SPY261218C00650000';
const PUT = 'O:SPY261218P00600000';
const session = requireSession('2026-11-20');
const historyDir = mkdtempSync(join(tmpdir(), 'spyhop-history-'));
const HOT = { printsFrom: '2026-11-20', historyDir, importedAtMs: 0 };

type Row = readonly [ticker: string, minute: number, size: number, condition?: number];

function tradesFile(rows: readonly Row[]): string {
  const lines = rows.map(([ticker, minute, size, condition = 209]) => {
    const ms = session.midnightMs + session.openMs + minute * 60_000;
    return `${ticker},${condition},0,302,1.25,${ms}000000,${size}`;
  });
  return ['ticker,conditions,correction,exchange,price,sip_timestamp,size', ...lines, ''].join('\n');
}

describe('importing a day', () => {
  let clone: TestDatabase;
  let folder: string;
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  };
  beforeAll(async () => {
    clone = await cloneDatabase();
    folder = mkdtempSync(join(tmpdir(), 'spyhop-import-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    rmSync(historyDir, { recursive: true });
    await clone[Symbol.asyncDispose]();
  });

  it('replaces the provisional live day at once, and no live print comes after it', async () => {
    const writer = createPrintWriter(clone.db, tableOf([CALL, PUT]));
    await writer.store(batchOf(session, [print('09:31:00', 999)]));
    await openGap(clone.db, { feed: 'massive', sessionDate: session.date, beganMs: 1, reason: 'silent' });
    const path = write(
      '2026-11-20.csv.gz',
      tradesFile([
        [CALL, 1, 10],
        [PUT, 2, 4],
        [CALL, 7, 5],
        [CALL, 8, 5, 201],
      ]),
    );
    const report = await importDay(clone.db, path, HOT);
    expect(report).toMatchObject({
      result: 'imported',
      rows: 4,
      sessionDate: '2026-11-20',
      printsKept: true,
    });
    const store = storeQueries(clone.db);
    expect(await store.contractDay(CALL, session.date)).toMatchObject({
      volume: 10,
      prints: 1,
      premiumCents: 125_000,
    });
    expect((await store.prints(CALL, session.date, null, 10))!.items.map(({ size }) => size)).toEqual([
      10, 5, 5,
    ]);
    expect((await store.flow('SPY', session.date))!.map(({ volume }) => volume)).toEqual([14, 0]);
    expect((await store.gaps(session.date))[0]!.state).toBe('settled');
    expect(await writer.store(batchOf(session, [print('15:00:00', 1)], { firstRow: 1 }))).toMatchObject({
      settled: 1,
    });
  });

  it('is asked of deep history by the pointers of the store', async () => {
    using history = await openHistory(historyPlaces(clone.db, historyDir), () => {});
    const page = await history.underlyingPrints('SPY', session.date, null, 10);
    expect(page!.items.map(({ osi, size }) => [osi, size])).toEqual([
      [CALL, 10],
      [PUT, 4],
      [CALL, 5],
      [CALL, 5],
    ]);
    expect(await history.underlyingFlow('SPY', '2026-11-17')).toBeNull();
    const days = await history.contractDays(CALL, '2026-11-01', '2026-11-30');
    expect(days).toMatchObject([{ sessionDate: session.date, volume: 10, prints: 1 }]);
  });

  it('does nothing when the same bytes come again, whatever their name', async () => {
    const text = tradesFile([[CALL, 1, 10]]);
    expect((await importDay(clone.db, write('a-2026-11-20.csv', text), HOT)).result).toBe('imported');
    expect((await importDay(clone.db, write('b-2026-11-20.csv', text), HOT)).result).toBe('unchanged');
    expect((await clone.db.rows('select from spyhop.imported_file where is_current')).length).toBe(1);
  });

  it('takes a corrected file in the place of the first', async () => {
    await importDay(clone.db, write('c-2026-11-20.csv', tradesFile([[PUT, 1, 77]])), HOT);
    const store = storeQueries(clone.db);
    expect(await store.contractDay(CALL, session.date)).toMatchObject({ volume: 0, prints: 0 });
    expect(await store.contractDay(PUT, session.date)).toMatchObject({ volume: 77 });
  });

  it('keeps only the sums of days that are not hot, and their prints once they are', async () => {
    const path = write('d-2026-11-20.csv', tradesFile([[PUT, 1, 3]]));
    await importDay(clone.db, path, { ...HOT, printsFrom: '2026-11-23' });
    const store = storeQueries(clone.db);
    expect((await store.prints(PUT, session.date, null, 10))!.items).toEqual([]);
    expect(await store.contractDay(PUT, session.date)).toMatchObject({ volume: 3 });
    expect((await importDay(clone.db, path, HOT)).result).toBe('imported');
    expect((await store.prints(PUT, session.date, null, 10))!.items).toHaveLength(1);
  });

  const dayAggregates = (midnightMs: number): string =>
    [
      'ticker,volume,open,close,high,low,window_start,transactions',
      `${CALL},1234,1,1,1,1,${midnightMs}000000,7`,
      '',
    ].join('\n');

  it('does not let aggregates take the prints of a day away', async () => {
    const before = await storeQueries(clone.db).contractDay(PUT, session.date);
    expect(before?.prints).toBeGreaterThan(0);
    const path = write('e-2026-11-20.csv', dayAggregates(session.midnightMs));
    expect(await importDay(clone.db, path, HOT)).toMatchObject({
      kind: 'day aggregates',
      result: 'kept',
      rows: 0,
    });
    expect(await storeQueries(clone.db).contractDay(PUT, session.date)).toEqual(before);
  });

  it('takes day aggregates for what they say, of a day without prints', async () => {
    const earlier = requireSession('2026-11-18');
    const report = await importDay(
      clone.db,
      write('e-2026-11-18.csv', dayAggregates(earlier.midnightMs)),
      HOT,
    );
    expect(report).toMatchObject({ kind: 'day aggregates', result: 'imported', printsKept: false });
    expect(await storeQueries(clone.db).contractDay(CALL, earlier.date)).toMatchObject({
      volume: 1234,
      prints: 0,
    });
  });

  it('leaves the day as it was when the file breaks off, and refuses quotes', async () => {
    const whole = gzipSync(
      tradesFile(Array.from({ length: 5000 }, (_row, n) => [CALL, n % 300, ((n * 7919) % 1000) + 1])),
    );
    const path = join(folder, 'f-2026-11-20.csv.gz');
    writeFileSync(path, whole.subarray(0, whole.length - 2000));
    const before = await storeQueries(clone.db).contractDay(CALL, session.date);
    await expect(importDay(clone.db, path, HOT)).rejects.toThrow(/f-2026-11-20/);
    expect(await storeQueries(clone.db).contractDay(CALL, session.date)).toEqual(before);
  });
});
