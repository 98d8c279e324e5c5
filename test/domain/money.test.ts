// Money: exact to the last digit against decimals, deaf to junk, and short for people.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatCents,
  formatPrice,
  formatUsdShort,
  parsePriceE4,
  premiumCents,
  PRICE_E4_MAX,
  Vwap,
} from '../../src/domain/money.ts';
import { SIZE_MAX } from '../../src/domain/trade.ts';
import { assertProperty } from '../support/properties.ts';

describe('a price', () => {
  it.each([
    ['1.54', 15_400],
    ['16.2', 162_000],
    ['0', 0],
    ['0.0001', 1],
    ['.5', 5_000],
    ['5.', 50_000],
    ['+5.5', 55_000],
    ['007.5', 75_000],
    ['1e2', 1_000_000],
    ['1.5E-3', 15],
    ['11.82000000000000028', 118_200],
    ['0.00005', 1],
    ['0.00004999999999999999999999999999999', 0],
    ['0.0000499999999999999999999999', 0],
    ['100000', PRICE_E4_MAX],
    ['100000.00004', PRICE_E4_MAX],
    ['1e-999999999999', 0],
  ])('%s dollars is %i', (text, priceE4) => {
    expect(parsePriceE4(text)).toBe(priceE4);
  });

  const junk = [
    '',
    ' ',
    '1 ',
    ' 1',
    '-1',
    '-0.01',
    '--1',
    '1,5',
    '1.2.3',
    '$1',
    '0x10',
    '1e',
    '.',
    '+',
    'e5',
    '1_000',
    'NaN',
    'Infinity',
    'null',
    '١',
    '1\n',
    '100000.0001',
    '100001',
    '999999',
    '1e6',
    '1e400',
    '1e99999999999999999999',
    '9'.repeat(99),
  ];

  it.each(junk)('%j is no price', (text) => {
    expect(parsePriceE4(text)).toBeNull();
  });

  it('equals the decimal, half a tick rounded up, however it is written', () => {
    const text = fc
      .tuple(fc.nat(99_999), fc.stringMatching(/^\d{0,24}$/), fc.constantFrom('', 'e0', 'e-2', 'E-4', 'e-20'))
      .map(([whole, digits, exponent]) => `${whole}${digits === '' ? '' : `.${digits}`}${exponent}`);
    const Exact = Decimal.clone({ precision: 100 });
    assertProperty(
      fc.property(text, (price) => {
        const exact = new Exact(price).times(10_000).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
        expect(parsePriceE4(price)).toBe(exact.toNumber());
      }),
      1_000,
    );
  });

  it('is written so that it reads back, with cents always and no zeros after them', () => {
    assertProperty(
      fc.property(fc.integer({ min: 0, max: PRICE_E4_MAX }), (priceE4) => {
        const text = formatPrice(priceE4);
        expect(text).toMatch(/^\d+\.\d\d(?:\d?[1-9])?$/);
        expect(parsePriceE4(text)).toBe(priceE4);
      }),
    );
    expect([16_200, 0, 1, 10, 15_050, 1_000_000_000].map(formatPrice)).toEqual([
      '1.62',
      '0.00',
      '0.0001',
      '0.001',
      '1.505',
      '100000.00',
    ]);
  });
});

describe('a premium', () => {
  it('is price x contracts x shares to the cent, like the decimal', () => {
    const prices = fc.integer({ min: 0, max: PRICE_E4_MAX });
    assertProperty(
      fc.property(
        prices,
        fc.integer({ min: 1, max: 80_000 }),
        fc.constantFrom(100, 10, 1, 150, 33),
        (...print) => {
          const [priceE4, size, multiplier] = print;
          const dollars = new Decimal(priceE4).div(10_000).times(size).times(multiplier);
          const cents = dollars.times(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
          expect(premiumCents(priceE4, size, multiplier)).toBe(cents.toNumber());
        },
      ),
    );
  });

  it('of five hundred at 1.20 is sixty thousand dollars', () => {
    expect(formatCents(premiumCents(12_000, 500, 100))).toBe('60000.00');
    expect([0, 1, 99, 190_345, 9_007_199_254_740_991].map(formatCents)).toEqual([
      '0.00',
      '0.01',
      '0.99',
      '1903.45',
      '90071992547409.91',
    ]);
  });

  it.each([
    [0, '$0'],
    [49, '$0'],
    [51_200, '$512'],
    [99_949, '$999'],
    [99_950, '$1.0K'],
    [100_000, '$1.0K'],
    [994_999, '$9.9K'],
    [995_000, '$10K'],
    [8_400_000, '$84K'],
    [99_949_999, '$999K'],
    [99_950_000, '$1.0M'],
    [190_000_000, '$1.9M'],
    [99_949_999_999, '$999M'],
    [99_950_000_000, '$1.0B'],
    [1_234_500_000_000, '$12B'],
  ])('%i cents is %s in short', (cents, text) => {
    expect(formatUsdShort(cents)).toBe(text);
  });
});

describe('a price weighted by contracts', () => {
  const any = (max: number): fc.Arbitrary<number> =>
    fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max }), fc.constant(max));

  it('is that of decimals to the last digit, of small prints and of the largest there can be', () => {
    assertProperty(
      fc.property(fc.array(fc.tuple(any(PRICE_E4_MAX), any(SIZE_MAX)), { maxLength: 40 }), (prints) => {
        const vwap = new Vwap();
        for (const [priceE4, size] of prints) vwap.add(priceE4, size);
        const sizes = prints.reduce((sum, [, size]) => sum.plus(size), new Decimal(0));
        const Exact = Decimal.clone({ precision: 60 });
        const dollars = prints.reduce(
          (sum, [price, size]) => sum.plus(new Exact(price).times(size)),
          new Exact(0),
        );
        const slow =
          prints.length === 0 ? null : dollars.div(sizes).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
        expect(vwap.priceE4()).toBe(slow === null ? null : slow.toNumber());
      }),
    );
  });

  it('of one contract at 1.00 and one at 1.0001 lies between them, and is rounded up', () => {
    const vwap = new Vwap();
    vwap.add(10_000, 1);
    vwap.add(10_001, 1);
    expect(vwap.priceE4()).toBe(10_001);
  });
});
