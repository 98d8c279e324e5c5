// Deep history asked and answered: pages, five minutes, the largest contracts, a contract's days, against slow sums.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, TimeCursor } from '../../src/domain/answers.ts';
import { conditionUse, USE } from '../../src/domain/conditions.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import type { HistoricalPrint } from '../../src/domain/history-answers.ts';
import { requireSession, type Session } from '../../src/domain/session.ts';
import { openFlatFile } from '../../src/feeds/flat-file/open.ts';
import { readWholeDay } from '../../src/feeds/flat-file/read.ts';
import { type DayDetail, writeDay } from '../../src/history/day-files.ts';
import { type DayPlace, type OpenHistory, openHistory } from '../../src/history/questions.ts';
import { AGGREGATES, barRow, Folder, lines, MONDAY, TRADES, TUESDAY } from '../support/flat-files.ts';
import { samples } from '../support/properties.ts';
import { type NamedPrint, slowDays, underlyingIn } from '../support/slow-day.ts';

const FRIDAY = '2025-11-28';
const BUCKET_MS = 300_000;
const TICKERS = [
  'O:SPXW251126C06800000',
  'O:SPX251219P06800000',
  'O:NVDA251219C00180000',
  'O:NVDA251219P00170000',
];
const CONDITIONS = [0, 209, 219, 232, 201, 247, 248];

const anyPrint: fc.Arbitrary<NamedPrint> = fc.record({
  ticker: fc.constantFrom(...TICKERS),
  // The evening before, the open, and two five minutes of the day.
  atMs: fc.oneof(fc.constantFrom(-1_000, 34_200_000), fc.integer({ min: 36_000_000, max: 36_600_000 })),
  nanos: fc.constantFrom(0, 0, 7, 999_999),
  priceE4: fc.constantFrom(100, 16_250, 230_000),
  size: fc.integer({ min: 1, max: 3_000 }),
  condition: fc.constantFrom(...CONDITIONS),
  exchange: fc.constantFrom(302, 308),
});

/** Two hundred prints of a day. */
function tapeOf(seed: number): NamedPrint[] {
  return samples(anyPrint, 200 * (seed + 1)).slice(-200);
}

const signOf = ({ condition }: NamedPrint): number => {
  const use = conditionUse(condition);
  return (use & USE.cancel) !== 0 ? -1 : (use & USE.detection) !== 0 ? 1 : 0;
};
function sum(prints: readonly NamedPrint[], value: (print: NamedPrint) => number): number {
  return prints.reduce((total, print) => total + signOf(print) * value(print), 0);
}

describe('deep history', () => {
  const folder = new Folder();
  const places = new Map<string, DayPlace>();
  const tapes = new Map([
    [MONDAY, tapeOf(0)],
    [TUESDAY, tapeOf(1)],
  ]);
  const missing: string[] = [];
  let history: OpenHistory;

  async function write(session: Session, text: string): Promise<void> {
    const { date } = session;
    const file = await openFlatFile(folder.write(`${date}.csv`, text));
    const table = new ContractTable();
    const { day } = await readWholeDay(file, table);
    const prints = file.kind === 'trades' ? join(folder.path, `${date}.prints.parquet`) : null;
    const summaries = join(folder.path, `${date}.days.parquet`);
    const paths = { prints, summaries };
    await writeDay(day.byContract(), table, day.cancelledContracts, file.kind as DayDetail, paths);
    places.set(date, { sessionDate: date, ...paths });
  }

  beforeAll(async () => {
    for (const [date, prints] of tapes) {
      const session = requireSession(date);
      const rows = prints.map(({ ticker, condition, exchange, priceE4, size, atMs, nanos }) => {
        const ns = `${session.midnightMs + atMs}${String(nanos).padStart(6, '0')}`;
        return [ticker, condition, 0, exchange, priceE4 / 10_000, ns, size].join(',');
      });
      await write(session, lines(TRADES, ...rows));
    }
    const bar = barRow('10:00', { ticker: TICKERS[2]!, date: FRIDAY, volume: '77' });
    await write(requireSession(FRIDAY), lines(AGGREGATES, bar));
    history = await openHistory(
      {
        find: async (date) => places.get(date) ?? null,
        list: async (from, to) => [...places.values()].filter(({ sessionDate: d }) => d >= from && d <= to),
      },
      (path) => missing.push(path),
    );
  });
  afterAll(() => {
    history[Symbol.dispose]();
    folder[Symbol.dispose]();
  });

  it('gives the prints of an underlying in the order of time, page by page, each once', async () => {
    const mine = tapes.get(MONDAY)!.filter(({ ticker }) => underlyingIn(ticker) === 'SPX');
    const { midnightMs } = requireSession(MONDAY);
    const all = mine.map(({ ticker, atMs, nanos, size }) => `${atMs} ${nanos} ${ticker} ${size}`);
    for (const limit of [3, 7, 1_000]) {
      const seen: string[] = [];
      for (let after: TimeCursor | null | undefined; after !== null;) {
        const page: Page<HistoricalPrint> | null = await history.underlyingPrints(
          'SPX',
          MONDAY,
          after ?? null,
          limit,
        );
        expect(page!.items.length).toBeLessThanOrEqual(limit);
        for (const { osi, atMs, nanos, size } of page!.items) {
          seen.push(`${atMs - midnightMs} ${nanos} ${osi} ${size}`);
        }
        after = page!.next;
      }
      const times = seen.map((line) => line.split(' ').slice(0, 2).map(Number));
      expect(times).toEqual(times.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!));
      expect(seen.toSorted()).toEqual(all.toSorted());
    }
  });

  it('sums five minutes of an underlying, the evening before too, calls and puts apart', async () => {
    const { midnightMs } = requireSession(TUESDAY);
    const mine = tapes.get(TUESDAY)!.filter(({ ticker }) => underlyingIn(ticker) === 'NVDA');
    const slow = [...Map.groupBy(mine, ({ atMs }) => Math.floor(atMs / BUCKET_MS))]
      .toSorted(([a], [b]) => a - b)
      .map(([bucket, prints]) => ({
        startMs: midnightMs + bucket * BUCKET_MS,
        prints: sum(prints, () => 1),
        volume: sum(prints, ({ size }) => size),
        callCents: sum(prints, ({ ticker, priceE4, size }) => (ticker.at(-9) === 'C' ? priceE4 * size : 0)),
        putCents: sum(prints, ({ ticker, priceE4, size }) => (ticker.at(-9) === 'P' ? priceE4 * size : 0)),
      }));
    expect(slow.length).toBeGreaterThan(3);
    expect(await history.underlyingFlow('NVDA', TUESDAY)).toEqual(slow);
  });

  it('names the contracts with the most premium of any five minutes', async () => {
    const { midnightMs } = requireSession(MONDAY);
    const fromMs = 36_000_000 + 12_345;
    const within = tapes.get(MONDAY)!.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + BUCKET_MS);
    const slow = [...Map.groupBy(within, ({ ticker }) => ticker)]
      .map(([osi, prints]) => ({
        osi,
        prints: sum(prints, () => 1),
        volume: sum(prints, ({ size }) => size),
        premiumCents: sum(prints, ({ priceE4, size }) => priceE4 * size),
      }))
      .toSorted((a, b) => b.premiumCents - a.premiumCents);
    expect(await history.largestContracts(MONDAY, midnightMs + fromMs, 3)).toEqual(slow.slice(0, 3));
  });

  it('tells the days of a contract, with what its files know', async () => {
    const [osi] = [TICKERS[2]!];
    const known = [MONDAY, TUESDAY].map((date) => {
      const day = slowDays(requireSession(date), tapes.get(date)!).find((one) => one.osi === osi)!;
      const { osi: _, ...rest } = day;
      return { sessionDate: date, ...rest };
    });
    const days = await history.contractDays(osi, MONDAY, '2025-12-31');
    expect(days.slice(0, 2)).toEqual(known);
    expect(days[2]).toMatchObject({ sessionDate: FRIDAY, volume: 77, prints: null, orders: null });
    expect(await history.contractDays(osi, TUESDAY, TUESDAY)).toEqual([known[1]]);
  });

  it('answers null for a day it does not hold print by print, and nothing for names it does not know', async () => {
    expect(await history.underlyingFlow('NVDA', FRIDAY)).toBeNull();
    expect(await history.underlyingPrints('NVDA', '2024-01-03', null, 10)).toBeNull();
    expect(await history.largestContracts('2024-01-03', 0, 10)).toBeNull();
    expect(await history.underlyingFlow("X' or 1=1 --", MONDAY)).toEqual([]);
    expect(await history.contractDays("O:X' or 1=1", MONDAY, TUESDAY)).toEqual([]);
    expect(await history.contractDays('O:XYZ251219C00180000', MONDAY, TUESDAY)).toEqual([]);
  });

  it('answers a day whose files are gone as one it does not hold, and tells each file once', async () => {
    const { prints, summaries } = places.get(MONDAY)!;
    const osi = TICKERS[2]!;
    const [, tuesday] = await history.contractDays(osi, MONDAY, TUESDAY);
    // The files were open before: what is remembered of them answers nothing either.
    rmSync(prints!);
    rmSync(summaries);
    expect(missing).toEqual([]);
    expect(await history.underlyingPrints('NVDA', MONDAY, null, 10)).toBeNull();
    expect(await history.underlyingFlow('NVDA', MONDAY)).toBeNull();
    expect(await history.largestContracts(MONDAY, 0, 10)).toBeNull();
    expect(await history.contractDays(osi, MONDAY, TUESDAY)).toEqual([tuesday]);
    expect(await history.contractDays(osi, MONDAY, MONDAY)).toEqual([]);
    expect(missing).toEqual([prints, summaries]);
    writeFileSync(summaries, 'not Parquet');
    await expect(history.contractDays(osi, MONDAY, MONDAY)).rejects.toThrow(summaries);
  });
});
