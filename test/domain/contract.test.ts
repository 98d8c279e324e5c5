// Tickers of option contracts: read from the right, written back, and named as a trader says them.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractName, formatTicker, parseTicker, underlyingOfRoot } from '../../src/domain/contract.ts';
import { assertProperty } from '../support/properties.ts';

function contract(ticker: string) {
  const parsed = parseTicker(ticker);
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed;
}

describe('a ticker', () => {
  it('is a root, a date, a right and a strike in thousandths', () => {
    expect(parseTicker('O:SPY251219C00650000')).toEqual({
      osi: 'O:SPY251219C00650000',
      root: 'SPY',
      underlying: 'SPY',
      expiryDate: '2025-12-19',
      right: 'call',
      strikeMills: 650_000,
      multiplier: 100,
      adjusted: false,
    });
  });

  it('may come without the prefix, and gets it', () => {
    expect(contract('SPY251219P00650000')).toEqual(contract('O:SPY251219P00650000'));
  });

  it.each([
    ['O:F250117C00012000', 'F', '2025-01-17', 12_000],
    ['O:GOOGL1250117P00001000', 'GOOGL1', '2025-01-17', 1_000],
    ['O:NANOS230327C00400000', 'NANOS', '2023-03-27', 400_000],
    ['O:AAPL140613C00076430', 'AAPL', '2014-06-13', 76_430],
    ['O:A99251231P99999999', 'A99', '2025-12-31', 99_999_999],
    ['O:SPY240229C00000001', 'SPY', '2024-02-29', 1],
  ])('%s has the root %s', (ticker, root, expiryDate, strikeMills) => {
    expect(parseTicker(ticker)).toMatchObject({ root, expiryDate, strikeMills });
  });

  it.each([
    ['SPXW', 'SPX', false],
    ['SPX', 'SPX', false],
    ['RUTW', 'RUT', false],
    ['VIXW', 'VIX', false],
    ['NDXP', 'NDX', false],
    ['NQX', 'NDX', false],
    ['XSP', 'XSP', false],
    ['GOOG1', 'GOOG', true],
    ['AAPL7', 'AAPL', true],
    ['BRKB', 'BRKB', false],
    ['A12', 'A', true],
    ['12', '12', false],
  ])('the root %s stands for %s', (root, underlying, adjusted) => {
    expect(underlyingOfRoot(root)).toEqual({ underlying, adjusted });
    expect(contract(`O:${root}251219C00100000`)).toMatchObject({ root, underlying, adjusted });
  });
});

describe('a ticker that is none', () => {
  it.each([
    ['', 'ticker too short or too long'],
    ['O:', 'ticker too short or too long'],
    ['SPY', 'ticker too short or too long'],
    ['O:251219C00650000', 'ticker too short or too long'],
    [`O:${'A'.repeat(400)}251219C00650000`, 'ticker too short or too long'],
    ['O:ABCDEFG251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['O:spy251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['o:SPY251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['O:SPÝ251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['O:BRK.B251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['O: SPY251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['O:O:SPY251219C00650000', 'ticker root is not 1 to 6 capital letters or digits'],
    ['O:SPY250231C00650000', 'ticker date is not a calendar date'],
    ['O:SPY250229C00650000', 'ticker date is not a calendar date'],
    ['O:SPY251319C00650000', 'ticker date is not a calendar date'],
    ['O:SPY250019C00650000', 'ticker date is not a calendar date'],
    ['O:SPY251200C00650000', 'ticker date is not a calendar date'],
    ['O:SPY2512x9C00650000', 'ticker date is not a calendar date'],
    ['O:SPY251219X00650000', 'ticker right is neither C nor P'],
    ['O:SPY251219c00650000', 'ticker right is neither C nor P'],
    ['O:AAPL211022C000150000', 'ticker right is neither C nor P'],
    ['O:SPY251219C00000000', 'ticker strike is not 8 digits above zero'],
    ['O:SPY251219C0065000x', 'ticker strike is not 8 digits above zero'],
    ['O:SPY251219C00650000\n', 'ticker strike is not 8 digits above zero'],
    ['O:SPY251219C٠٠٦٥٠٠٠٠', 'ticker strike is not 8 digits above zero'],
  ])('%j: %s', (ticker, fault) => {
    expect(parseTicker(ticker)).toEqual({ fault });
  });

  it('never makes the reader throw, whatever one character of it is', () => {
    const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    assertProperty(
      fc.property(fc.nat(20), fc.string({ unit, maxLength: 3 }), (place, text) => {
        const ticker = 'O:SPY251219C00650000';
        const broken = ticker.slice(0, place) + text + ticker.slice(place + 1);
        const parsed = parseTicker(broken);
        expect('fault' in parsed || /^O:[A-Z0-9]{1,6}\d{6}[CP]\d{8}$/.test(parsed.osi)).toBe(true);
      }),
    );
  });
});

const anyContract = fc.record({
  root: fc.stringMatching(/^[A-Z0-9]{1,6}$/),
  expiryDate: fc
    .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  right: fc.constantFrom('call' as const, 'put' as const),
  strikeMills: fc.integer({ min: 1, max: 99_999_999 }),
});

it('writes a contract and reads the same contract back', () => {
  assertProperty(
    fc.property(anyContract, (original) => {
      const ticker = formatTicker(original);
      const read = contract(ticker);
      expect(read).toMatchObject(original);
      expect(read.osi).toBe(ticker);
      expect(formatTicker(read)).toBe(ticker);
    }),
  );
});

it.each([
  ['O:NVDA261212C00180000', 'NVDA 12 Dec 26 180 call'],
  ['O:SPXW251208P06842500', 'SPX (SPXW) 8 Dec 25 6842.5 put'],
  ['O:GOOG1140118C00000500', 'GOOG (GOOG1) 18 Jan 14 0.5 call'],
  ['O:F090101P00000001', 'F 1 Jan 09 0.001 put'],
  ['O:NVDA261212C99999999', 'NVDA 12 Dec 26 99999.999 call'],
])('says %s as "%s"', (ticker, name) => {
  expect(contractName(contract(ticker))).toBe(name);
});
