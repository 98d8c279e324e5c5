// The directory of contracts against a plain Map of tickers.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTicker } from '../../src/domain/contract.ts';
import { ContractTable, NOT_A_CONTRACT } from '../../src/domain/contract-table.ts';
import { assertProperty } from '../support/properties.ts';

/** Few roots, dates and strikes, so that tickers repeat and differ in single bytes. */
const ticker = fc
  .record({
    root: fc.constantFrom('A', 'B', 'AA', 'SPX', 'SPXW', 'NANOS', 'ABCDEF', 'ABCDE1', 'SPX1'),
    expiryDate: fc.constantFrom('2025-12-19', '2025-12-18', '2026-12-19'),
    right: fc.constantFrom('call' as const, 'put' as const),
    strikeMills: fc.constantFrom(1, 2, 10_000_000, 650_000, 99_999_999),
  })
  .map(formatTicker);

const malformed = fc.constantFrom(
  '',
  'O:',
  'SPY251219C00650000',
  'O:SPY251219C006500000',
  'O:SPY250231C00650000',
  'O:spy251219C00650000',
  'O:SPY251219C00000000',
  'O:ABCDEFG251219C00650000',
);

/** Tickers written one behind the other with one foreign byte between them, as in a file. */
function bytesOf(tickers: readonly string[], between: number) {
  const starts = new Int32Array(tickers.length);
  const ends = new Int32Array(tickers.length);
  const foreign = String.fromCharCode(between);
  const text = [foreign, ...tickers.map((ticker) => ticker + foreign)].join('');
  let at = 1;
  tickers.forEach((ticker, row) => {
    starts[row] = at;
    ends[row] = at + ticker.length;
    at += ticker.length + 1;
  });
  // Not at the beginning of its memory: offsets must be counted from the view.
  const memory = new Uint8Array(text.length + 7);
  memory.set(Buffer.from(text, 'latin1'), 5);
  return { view: new DataView(memory.buffer, 5, text.length), starts, ends };
}

describe('the directory of contracts', () => {
  it('numbers tickers in the order they come, as a Map would, whatever stands around them', () => {
    const rows = fc.array(fc.oneof({ weight: 6, arbitrary: ticker }, { weight: 1, arbitrary: malformed }), {
      maxLength: 80,
    });
    assertProperty(
      fc.property(rows, fc.constantFrom(10, 44, 0, 65, 255), fc.boolean(), (tickers, between, oneByOne) => {
        const table = new ContractTable();
        const { view, starts, ends } = bytesOf(tickers, between);
        const numbers = new Int32Array(tickers.length + 1).fill(-7);
        if (oneByOne)
          tickers.forEach((_, row) => (numbers[row + 1] = table.intern(view, starts[row]!, ends[row]!)));
        else table.internRows(view, starts, ends, tickers.length, numbers, 1, new Int32Array(tickers.length));
        const known = new Map<string, number>();
        const expected = tickers.map((text) => {
          if (!/^O:[A-Z0-9]{1,6}\d{6}[CP]\d{8}$/.test(text) || /250231|C00000000$/.test(text))
            return NOT_A_CONTRACT;
          if (!known.has(text)) known.set(text, known.size);
          return known.get(text)!;
        });
        expect([...numbers]).toEqual([-7, ...expected]);
        expect(table.count).toBe(known.size);
        for (const [text, number] of known) expect(table.ticker(number)).toBe(text);
      }),
    );
  });

  it('gives the same number to the same ticker as bytes and as text, and takes text apart', () => {
    const table = new ContractTable();
    const { view, starts, ends } = bytesOf(['O:SPXW251208P06842500'], 44);
    expect(table.internTicker('O:SPY251219C00650000')).toBe(0);
    expect(table.intern(view, starts[0]!, ends[0]!)).toBe(1);
    expect(table.internTicker('SPXW251208P06842500')).toBe(1);
    expect(table.internTicker('O:SPX251219C06800000')).toBe(2);
    expect(table.internTicker('SPY')).toEqual({ fault: 'ticker too short or too long' });
    expect(table.contract(1)).toMatchObject({ underlying: 'SPX', root: 'SPXW', strikeMills: 6_842_500 });
    expect([0, 1, 2].map((contract) => table.underlyingName(table.underlyingOf(contract)))).toEqual([
      'SPY',
      'SPX',
      'SPX',
    ]);
    expect(table.underlyingCount).toBe(2);
  });

  it('keeps 120,000 contracts apart while it grows', () => {
    const table = new ContractTable();
    const tickers = Array.from({ length: 120_000 }, (_, place) => {
      const root = ['A', 'SPY', 'ABCDEF', 'SPXW'][place % 4];
      return `O:${root}2512${10 + (place % 19)}${place % 2 === 0 ? 'C' : 'P'}${String(place + 1).padStart(8, '0')}`;
    });
    const { view, starts, ends } = bytesOf(tickers, 10);
    const numbers = new Int32Array(tickers.length);
    const scratch = new Int32Array(tickers.length);
    for (let pass = 0; pass < 2; pass++) {
      table.internRows(view, starts, ends, tickers.length, numbers, 0, scratch);
      expect(numbers.findIndex((number, row) => number !== row)).toBe(-1);
      expect(table.count).toBe(120_000);
    }
    expect(tickers.findIndex((text, row) => table.ticker(row) !== text)).toBe(-1);
    expect(table.underlyingCount).toBe(4);
  });

  it('orders contracts as their tickers are ordered', () => {
    assertProperty(
      fc.property(ticker, ticker, (first, second) => {
        const table = new ContractTable();
        const [a, b] = [table.internTicker(first) as number, table.internTicker(second) as number];
        const order = first < second ? -1 : first > second ? 1 : 0;
        expect(Math.sign(table.compareTickers(a, b))).toBe(order);
      }),
    );
  });

  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  const counted = (count: number, digits: number) =>
    Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'));
  const months = counted(100, 2).flatMap((year) =>
    counted(13, 2)
      .slice(1)
      .map((month) => year + month),
  );
  const days = counted(29, 2).slice(1);

  const tails = days.flatMap((day) =>
    ['C', 'P'].flatMap((right) => counted(10, 1).map((digit) => day + right + digit)),
  );

  it.each([
    ['at 0', pairs.map((pair) => `O:${pair}CDEF251219C00000001`)],
    ['at 4', pairs.map((pair) => `O:ABCD${pair}251219C00000001`)],
    ['at 8', months.map((month) => `O:ABCDEF${month}19C00000001`)],
    ['at 12', tails.map((tail) => `O:ABCDEF2512${tail}0000001`)],
    ['last but one', counted(1_000, 3).map((digits) => `O:ABCDEF251219C0${digits}0001`)],
    [
      'last',
      counted(2_000, 4)
        .slice(1)
        .map((digits) => `O:ABCDEF251219C0000${digits}`),
    ],
  ])('keeps tickers apart that differ only in the word %s', (_, tickers) => {
    const table = new ContractTable();
    const { view, starts, ends } = bytesOf(tickers, 44);
    for (let pass = 0; pass < 2; pass++) {
      const numbers = tickers.map((_text, row) => table.intern(view, starts[row]!, ends[row]!));
      expect(numbers).toEqual([...tickers.keys()]);
    }
  });

  it('does not take a strike of nine equal digits for one of eight', () => {
    const table = new ContractTable();
    const { view, starts, ends } = bytesOf(['O:SPY251219C11111111', 'O:SPY251219C111111111'], 44);
    expect([0, 1].map((row) => table.intern(view, starts[row]!, ends[row]!))).toEqual([0, NOT_A_CONTRACT]);
  });

  it('says so when it is asked for a contract it does not have', () => {
    const table = new ContractTable();
    expect(() => table.ticker(0)).toThrow(new RangeError('no contract has the number 0'));
    expect(() => table.ticker(-1)).toThrow(RangeError);
    expect(() => table.underlyingName(0)).toThrow(new RangeError('no underlying has the number 0'));
  });
});

it('takes no more contracts than it may hold, and knows those it has', () => {
  const table = new ContractTable(2);
  expect(table.internTicker('O:SPY251219C00650000')).toBe(0);
  expect(table.isFull).toBe(false);
  expect(table.internTicker('O:SPY251219P00650000')).toBe(1);
  expect(table.isFull).toBe(true);
  expect(table.internTicker('O:SPY251219C00660000')).toBe(NOT_A_CONTRACT);
  expect(table.internTicker('O:SPY251219P00650000')).toBe(1);
  expect(table.count).toBe(2);
});
