// The prints of a day by minute: every value comes back as it was put in, in the order of its minute.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONTRACTS_MAX } from '../../../src/domain/contract-table.ts';
import { PRICE_E4_MAX } from '../../../src/domain/money.ts';
import { allocateColumns, type Print, SIZE_MAX } from '../../../src/domain/trade.ts';
import { MinuteRows } from '../../../src/feeds/flat-file/minute-rows.ts';
import { assertProperty } from '../../support/properties.ts';

const print: fc.Arbitrary<Print> = fc.record({
  contract: fc.oneof(fc.constantFrom(0, CONTRACTS_MAX - 1), fc.nat(CONTRACTS_MAX - 1)),
  atMs: fc.oneof(
    fc.constantFrom(-21_600_000, -1, 0, 59_999, 60_000, 86_459_998),
    fc.integer({ min: 34_200_000, max: 34_320_000 }),
  ),
  priceE4: fc.oneof(fc.constantFrom(0, PRICE_E4_MAX), fc.nat(PRICE_E4_MAX)),
  size: fc.oneof(
    fc.constantFrom(1, 65_535, 65_536, 131_071, 131_072, SIZE_MAX),
    fc.integer({ min: 1, max: SIZE_MAX }),
  ),
  condition: fc.nat(0xffff),
  exchange: fc.nat(0xffff),
});

function printsOf(rows: MinuteRows): Print[] {
  const prints: Print[] = [];
  for (let minute = 0; minute < rows.minutes; minute++) {
    const length = rows.rowsOf(minute);
    const columns = allocateColumns(length);
    rows.copy(minute, columns);
    for (let row = 0; row < length; row++) {
      const { contract, atMs, priceE4, size, condition, exchange } = columns;
      prints.push({
        contract: contract[row]!,
        atMs: atMs[row]!,
        priceE4: priceE4[row]!,
        size: size[row]!,
        condition: condition[row]!,
        exchange: exchange[row]!,
      });
    }
  }
  return prints;
}

test('any print that a tape may hold comes back as it was, in the order of its minute', () => {
  assertProperty(
    fc.property(fc.array(print, { maxLength: 60 }), (prints) => {
      const rows = new MinuteRows();
      for (const { contract, atMs, priceE4, size, condition, exchange } of prints)
        rows.push(contract, atMs, priceE4, size, condition, exchange);
      expect(printsOf(rows)).toEqual(
        prints.toSorted((a, b) => Math.floor(a.atMs / 60_000) - Math.floor(b.atMs / 60_000)),
      );
      rows.free();
      expect(printsOf(rows)).toEqual([]);
    }),
  );
});

test('a day may have more venues than a row can number', () => {
  const rows = new MinuteRows();
  for (let i = 0; i < 3_000; i++) rows.push(i, 34_200_000 + i, 100, 1 + i, i % 2_000, 300 + (i % 3));
  const venues = printsOf(rows).map(({ size, condition, exchange }) => [size, condition, exchange]);
  expect(venues).toEqual(Array.from({ length: 3_000 }, (_, i) => [1 + i, i % 2_000, 300 + (i % 3)]));
});

test('a minute may hold more prints than a page', () => {
  const rows = new MinuteRows();
  for (let i = 0; i < 10_000; i++) rows.push(i, 34_200_000 + i, 100 + i, 1 + i, 209, 302);
  const prints = printsOf(rows);
  expect(prints.map(({ size }) => size)).toEqual(Array.from({ length: 10_000 }, (_, i) => 1 + i));
});
