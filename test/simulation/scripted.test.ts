// The scripted buyer: on the tape of one day, at the moment that was named, and otherwise the same market.
import { describe, expect, test } from 'vitest';
import { parseTicker } from '../../src/domain/contract.ts';
import { createMarket, type MarketDay } from '../../src/simulation/market.ts';
import { withBurst } from '../../src/simulation/scripted.ts';
import { at } from '../support/tape.ts';

const DATE = '2026-11-20';
const AT_MS = at('10:30:10');
const market = createMarket({ seed: 'scripted', underlyings: 30, tradesPerDay: 8_000, anomaliesPerDay: 3 });
const plain = market.day(DATE);
const day = withBurst(market, { date: DATE, atMs: AT_MS }).day(DATE);
const burst = day.truth.length;

/** Prints of the day as text, those of the scripted buyer left out or alone. */
function prints(
  { columns, length, anomaly, contracts }: MarketDay,
  wanted: (number: number) => boolean,
): string[] {
  const { contract, atMs, priceE4, size, condition, exchange } = columns;
  return Array.from({ length }, (_print, row) =>
    wanted(anomaly[row]!)
      ? [
          contracts.ticker(contract[row]!),
          atMs[row],
          priceE4[row],
          size[row],
          condition[row],
          exchange[row],
        ].join()
      : '',
  ).filter((text) => text !== '');
}

describe('the scripted burst', () => {
  test('adds its prints and takes nothing away', () => {
    expect(prints(day, (number) => number !== burst)).toEqual(prints(plain, () => true));
    expect(day.length - plain.length).toBe(day.truth.at(-1)!.prints);
    expect(day.truth.slice(0, -1)).toEqual(plain.truth);
  });

  test('stands on the tape in the order of time, from the moment that was named', () => {
    const { atMs } = day.columns;
    for (let row = 1; row < day.length; row++) expect(atMs[row]! >= atMs[row - 1]!).toBe(true);
    const first = day.anomaly.indexOf(burst);
    expect(atMs[first]).toBe(AT_MS);
    expect(day.truth.at(-1)).toMatchObject({ beginMs: AT_MS, endMs: atMs[day.anomaly.lastIndexOf(burst)] });
  });

  test('buys one call of another day, in sweeps at the offer, enough to be seen', () => {
    const { contract: ticker, volume } = day.truth.at(-1)!;
    const parsed = parseTicker(ticker!);
    expect(parsed).toMatchObject({ right: 'call' });
    expect('fault' in parsed || parsed.expiryDate > DATE).toBe(true);
    const bought = prints(day, (number) => number === burst);
    expect(new Set(bought.map((text) => text.split(',')[0]))).toEqual(new Set([ticker]));
    expect(new Set(bought.map((text) => text.split(',')[4]))).toEqual(new Set(['219']));
    expect(new Set(bought.map((text) => text.split(',')[5])).size).toBeGreaterThan(2);
    expect(bought.reduce((sum, text) => sum + Number(text.split(',')[3]), 0)).toBe(volume);
    expect(volume).toBeGreaterThan(1_000);
    const number = day.contracts.find(ticker!);
    const quotes = day.quotes(number);
    const last = quotes.atMs.subarray(0, quotes.length).findLastIndex((atMs) => atMs <= AT_MS);
    expect(new Set(bought.map((text) => Number(text.split(',')[2])))).toEqual(new Set([quotes.askE4[last]]));
  });

  test('is the same at every run, and of no other day', () => {
    expect(prints(withBurst(market, { date: DATE, atMs: AT_MS }).day(DATE), () => true)).toEqual(
      prints(day, () => true),
    );
    const other = withBurst(market, { date: '2026-11-19', atMs: AT_MS }).day(DATE);
    expect(other.length).toBe(plain.length);
  });

  test('leaves the market whole: prices, quotes and lists answer as before', () => {
    const name = day.contracts.underlying(0);
    expect(day.underlyingPrice(name, AT_MS)).toBe(plain.underlyingPrice(name, AT_MS));
    expect(withBurst(market, { date: DATE, atMs: AT_MS }).listed(name, DATE)).toEqual(
      market.listed(name, DATE),
    );
    expect(day.quotes(0).length).toBe(plain.quotes(0).length);
  });
});
