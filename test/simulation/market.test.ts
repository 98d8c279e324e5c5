// The simulated market as a trader would check it: tickers, clocks, ticks, expiries, and that a day stands
// by itself.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateOfDayNumber, dayNumberOf, HOUR_MS, MINUTE_MS } from '../../src/domain/calendar.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { parseTicker } from '../../src/domain/contract.ts';
import { isLateUnderlying, requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { batchesOf } from '../../src/simulation/day-batches.ts';
import { createMarket, type MarketDay, SMALL_MARKET } from '../../src/simulation/market.ts';
import { underlyingsOf } from '../../src/simulation/names.ts';

/** The prints of a day as text, ordinary ones only or all. */
function printsOf(day: MarketDay, { ordinaryOnly = false } = {}): string[] {
  const { contract, atMs, priceE4, size, condition, exchange } = day.columns;
  const tickers = Array.from({ length: day.contracts.count }, (_, i) => day.contracts.ticker(i));
  const prints: string[] = [];
  for (let row = 0; row < day.length; row++) {
    if (ordinaryOnly && day.anomaly[row] !== 0) continue;
    const what = [atMs[row], tickers[contract[row]!], priceE4[row], size[row], condition[row], exchange[row]];
    prints.push(what.join(' '));
  }
  return prints;
}

const small = { ...SMALL_MARKET, underlyings: 30, tradesPerDay: 4_000 };

describe('a day of the market', () => {
  test('is the same whichever days were asked for before it', () => {
    const fresh = createMarket(small).day('2026-11-20');
    const used = createMarket(small);
    used.day('2026-12-01');
    used.day('2026-10-05');
    const again = used.day('2026-11-20');
    expect(printsOf(again)).toEqual(printsOf(fresh));
    expect(again.truth).toEqual(fresh.truth);
  });

  test('differs with the seed and with the date', () => {
    const day = printsOf(createMarket(small).day('2026-11-20'));
    expect(printsOf(createMarket({ ...small, seed: 'another' }).day('2026-11-20'))).not.toEqual(day);
    expect(printsOf(createMarket(small).day('2026-11-19'))).not.toEqual(day);
  });

  test('without anomalies is the same tape without them', () => {
    const quiet = createMarket({ ...small, anomaliesPerDay: 0 }).day('2026-11-20');
    const lively = createMarket({ ...small, anomaliesPerDay: 25 }).day('2026-11-20');
    expect(quiet.truth).toEqual([]);
    expect(lively.truth.length).toBeGreaterThan(10);
    expect(printsOf(lively, { ordinaryOnly: true })).toEqual(printsOf(quiet));
  });

  test('is refused on a Sunday, and says why', () => {
    expect(() => createMarket(small).day('2026-11-22')).toThrow('2026-11-22 is not a trading day');
  });

  test('comes as batches that the engine takes, numbered by its own contract table', () => {
    const day = createMarket(small).day('2026-11-20');
    const table = new ContractTable();
    table.internTicker('O:SPY251219C00650000');
    const batches = [...batchesOf(day, table, 1_000)];
    expect(batches.reduce((sum, { length }) => sum + length, 0)).toBe(day.length);
    const second = batches[1]!;
    expect(second.firstRow).toBe(1_000);
    expect(table.ticker(second.contract[7]!)).toBe(day.contracts.ticker(day.columns.contract[1_007]!));
  });
});

const dates = sessionsBefore('2027-01-01', 300);
const anyMarket = fc.record({
  seed: fc.string({ minLength: 1, maxLength: 8 }),
  underlyings: fc.integer({ min: 1, max: 70 }),
  tradesPerDay: fc.integer({ min: 50, max: 3_000 }),
  anomaliesPerDay: fc.integer({ min: 0, max: 12 }),
});

describe('whatever the seed, the size and the day', () => {
  test('tickers parse, come in order, and have not expired', () => {
    fc.assert(
      fc.property(anyMarket, fc.constantFrom(...dates), (settings, date) => {
        const { contracts } = createMarket(settings).day(date);
        let before = '';
        for (let i = 0; i < contracts.count; i++) {
          const ticker = contracts.ticker(i);
          const parsed = parseTicker(ticker);
          if ('fault' in parsed) throw new Error(`${ticker}: ${parsed.fault}`);
          expect(parsed.osi).toBe(ticker);
          expect(parsed.underlying).toBe(contracts.underlying(i));
          expect(parsed.expiryDate >= date).toBe(true);
          expect(before < ticker).toBe(true);
          expect(contracts.find(ticker)).toBe(i);
          before = ticker;
        }
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  test('prints lie on the day in time order, on ticks, outside the session only as extended hours', () => {
    fc.assert(
      fc.property(anyMarket, fc.constantFrom(...dates), (settings, date) => {
        const day = createMarket(settings).day(date);
        const { contract, atMs, priceE4, size, condition, exchange } = day.columns;
        const { openMs, closeMs, lateCloseMs } = requireSession(date);
        for (let row = 0; row < day.length; row++) {
          expect(atMs[row]!).toBeGreaterThanOrEqual(row === 0 ? 0 : atMs[row - 1]!);
          const tied = row > 0 && atMs[row] === atMs[row - 1];
          if (tied) expect(contract[row]!).toBeGreaterThanOrEqual(contract[row - 1]!);
          expect(priceE4[row]! > 0 && priceE4[row]! % 100 === 0).toBe(true);
          expect(size[row]! >= 1 && size[row]! <= 20_000).toBe(true);
          expect(exchange[row]! >= 300 && exchange[row]! <= 325).toBe(true);
          const late = isLateUnderlying(day.contracts.underlying(contract[row]!));
          const regular = atMs[row]! >= openMs && atMs[row]! <= (late ? lateCloseMs : closeMs) + 200;
          if (!regular) expect(condition[row]).toBe(248);
        }
      }),
      { numRuns: 25, seed: 2 },
    );
  });
});

describe('the calendar of the market', () => {
  test('the day after Thanksgiving ends at one o’clock', () => {
    const day = createMarket({ ...small, anomaliesPerDay: 0 }).day('2026-11-27');
    const regular = Array.from(day.columns.atMs.subarray(0, day.length)).filter(
      (_, row) => day.columns.condition[row] !== 248,
    );
    expect(Math.max(...regular)).toBeLessThanOrEqual(13 * HOUR_MS + 15 * MINUTE_MS + 200);
    expect(day.length).toBeLessThan(0.7 * small.tradesPerDay);
  });

  test('SPX expires on third Fridays and is not traded on them, SPXW every day', () => {
    const market = createMarket({ ...SMALL_MARKET, underlyings: 3 });
    const listed = market.listed('SPX', '2026-11-20');
    const expiries = (root: string): Set<string> =>
      new Set(
        listed.filter((ticker) => ticker.slice(2, -15) === root).map((ticker) => ticker.slice(-15, -9)),
      );
    expect([...expiries('SPX')].slice(0, 2)).toEqual(['261218', '270115']);
    expect([...expiries('SPXW')].slice(0, 4)).toEqual(['261120', '261123', '261124', '261125']);
  });

  test('an expiry on a holiday is moved to the day before', () => {
    const listed = createMarket({ ...SMALL_MARKET, underlyings: 6 }).listed('AAPL', '2026-06-01');
    const friday = dateOfDayNumber(dayNumberOf('2026-07-03')!);
    expect(listed.some((ticker) => ticker.startsWith(`O:AAPL${friday.slice(2).replaceAll('-', '')}`))).toBe(
      false,
    );
    expect(listed.some((ticker) => ticker.startsWith('O:AAPL260702'))).toBe(true);
  });
});

describe('names', () => {
  test('a market of six thousand has six thousand different ones, the well-known first', () => {
    const names = underlyingsOf(6_000).map(({ name }) => name);
    expect(new Set(names).size).toBe(6_000);
    expect(names.slice(0, 6)).toEqual(['SPY', 'SPX', 'QQQ', 'NVDA', 'TSLA', 'AAPL']);
    expect(names.every((name) => /^[A-Z]{1,5}$/.test(name))).toBe(true);
  });
});

describe('quotes', () => {
  const day = createMarket(small).day('2026-11-20');

  test('stand on ticks, bid below offer, in time order from the open', () => {
    for (let contract = 0; contract < day.contracts.count; contract += 37) {
      const quotes = day.quotes(contract);
      const { belowE4, aboveE4 } = day.contracts.option(contract).ticks;
      expect(quotes.atMs[0]).toBe(day.session.openMs);
      for (let row = 0; row < quotes.length; row++) {
        if (row > 0) expect(quotes.atMs[row]!).toBeGreaterThanOrEqual(quotes.atMs[row - 1]!);
        expect(quotes.bidE4[row]!).toBeLessThan(quotes.askE4[row]!);
        expect(quotes.bidE4[row]! % Math.min(belowE4, aboveE4)).toBe(0);
        expect(quotes.askE4[row]! % Math.min(belowE4, aboveE4)).toBe(0);
      }
    }
  });
});
