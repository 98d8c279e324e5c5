// A day that the database never held print by print: the same questions are answered from its Parquet files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeQueries } from '../../src/db/queries.ts';
import { requireSession } from '../../src/domain/session.ts';
import type { Print } from '../../src/domain/trade.ts';
import { historyDir } from '../../src/history/places.ts';
import { type DeepStore, openDeepStore } from '../../src/jobs/deep-answers.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { print } from '../support/tape.ts';

const TICKERS = ['O:SPY261218C00650000', 'O:SPY261218P00600000'];
const DEEP = requireSession('2026-11-19');
const HOT = requireSession('2026-11-20');

const MISSING_FILE = /^."history.missing",.*(prints|summaries).2026.(2026-11-..)/;

describe('a day that is not hot', () => {
  let clone: TestDatabase;
  let deep: DeepStore;
  const missing: string[] = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-deep-'));

  async function take({ date, midnightMs }: typeof DEEP, prints: readonly Print[]): Promise<void> {
    const rows = prints.map(({ contract, condition, exchange, priceE4, atMs, size }) =>
      [TICKERS[contract], condition, 0, exchange, priceE4 / 10_000, `${midnightMs + atMs}000000`, size].join(
        ',',
      ),
    );
    const path = join(dataDir, `${date}.csv`);
    writeFileSync(
      path,
      ['ticker,conditions,correction,exchange,price,sip_timestamp,size', ...rows, ''].join('\n'),
    );
    await importDay(clone.db, path, {
      printsFrom: HOT.date,
      historyDir: historyDir(dataDir),
      importedAtMs: 0,
    });
  }

  beforeAll(async () => {
    clone = await cloneDatabase();
    await take(DEEP, [print('09:31:00', 3), print('09:31:01', 4), print('10:00:00', 50, { contract: 1 })]);
    await take(HOT, [print('09:31:00', 7)]);
    deep = openDeepStore(clone.db, dataDir, { write: (...line) => missing.push(JSON.stringify(line)) });
  });
  afterAll(async () => {
    await deep[Symbol.asyncDispose]();
    await clone[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('gives its prints page by page, and the hot day gives its own', async () => {
    const { answers } = deep;
    expect((await storeQueries(clone.db).underlyingPrints('SPY', DEEP.date, null, 9))?.items).toEqual([]);
    const first = await answers.underlyingPrints('SPY', DEEP.date, null, 2);
    expect(first!.items.map(({ size, osi, multiplier }) => [size, osi, multiplier])).toEqual([
      [3, TICKERS[0], 100],
      [4, TICKERS[0], 100],
    ]);
    const second = await answers.underlyingPrints('SPY', DEEP.date, first!.next, 2);
    expect([second!.items.map(({ size }) => size), second!.next]).toEqual([[50], null]);
    const hot = await answers.underlyingPrints('SPY', HOT.date, null, 9);
    expect(hot!.items.map(({ size }) => size)).toEqual([7]);
    expect(await answers.underlyingPrints('NOBODY', DEEP.date, null, 2)).toBeNull();
  });

  it('gives its flow, and its largest contracts of five minutes', async () => {
    const flow = await deep.answers.flow('SPY', DEEP.date);
    expect(flow!.map(({ volume, alerts }) => [volume, alerts])).toEqual([
      [7, 0],
      [50, 0],
    ]);
    const atMs = DEEP.midnightMs + 10 * 3_600_000 + 123_456;
    const largest = await deep.answers.largestContracts(DEEP.date, atMs, 5);
    expect(largest.map(({ osi, volume }) => [osi, volume])).toEqual([[TICKERS[1], 50]]);
  });

  it('stands in the sessions of a contract beside the hot one, each once', async () => {
    const days = await deep.answers.contractDays(TICKERS[0]!, '2026-01-01', HOT.date);
    expect(days!.map(({ sessionDate, volume }) => [sessionDate, volume])).toEqual([
      [DEEP.date, 7],
      [HOT.date, 7],
    ]);
    await clone.db.change('delete from spyhop.day_summary where session_date = $1', [DEEP.date]);
    expect(await deep.answers.contractDays(TICKERS[0]!, '2026-01-01', HOT.date)).toEqual(days);
  });

  it('is not held when its files are gone, which is told, and the hot day goes on', async () => {
    expect(missing).toEqual([]);
    rmSync(historyDir(dataDir), { recursive: true });
    expect(await deep.answers.flow('SPY', DEEP.date)).toEqual([]);
    const first = await deep.answers.underlyingPrints('SPY', DEEP.date, null, 2);
    expect(first).toEqual({ items: [], next: null });
    const days = await deep.answers.contractDays(TICKERS[0]!, '2026-01-01', HOT.date);
    expect(days!.map(({ sessionDate }) => sessionDate)).toEqual([HOT.date]);
    expect(missing.map((line) => MISSING_FILE.exec(line)?.slice(1))).toEqual([
      ['prints', DEEP.date],
      ['summaries', DEEP.date],
      ['summaries', HOT.date],
    ]);
  });
});
