// Routing: a batch grouped by underlying, as a Map would group it, however many batches went before.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRouter, type RoutedBatch, type ContractRows } from '../../src/streams/route.ts';
import { assertProperty } from '../support/properties.ts';
import { tableOf } from '../support/tape.ts';

/** SPX and SPXW are one underlying, GOOG and GOOG1 too. */
const TICKERS = [
  'O:SPX251219C06800000',
  'O:NVDA251219C00180000',
  'O:SPXW251219C06800000',
  'O:GOOG1251219C00180000',
  'O:NVDA251219P00180000',
  'O:GOOG251219C00180000',
  'O:A251219C00180000',
];

/** Groups of a routed batch: underlying and rows, in the order of the groups. */
function groupsOf({
  order,
  groups,
  underlyings,
  starts,
}: RoutedBatch<ContractRows>): Array<[number, number[]]> {
  return Array.from({ length: groups }, (_, group) => [
    underlyings[group]!,
    [...order.subarray(starts[group], starts[group + 1])],
  ]);
}

test('groups come in the order of their first rows, with their rows in the order of the tape', () => {
  const contracts = fc.array(fc.nat(TICKERS.length - 1), { maxLength: 60 });
  assertProperty(
    fc.property(fc.array(contracts, { minLength: 1, maxLength: 6 }), (batches) => {
      const table = tableOf(TICKERS);
      const route = createRouter(table);
      for (const rows of batches) {
        const slow = Map.groupBy(rows.keys(), (row) => table.underlyingOf(rows[row]!));
        const batch = { length: rows.length, contract: Int32Array.from(rows) };
        expect(groupsOf(route(batch))).toEqual([...slow]);
      }
    }),
  );
});

test('columns may be longer than the batch', () => {
  const route = createRouter(tableOf(TICKERS));
  const routed = route({ length: 2, contract: Int32Array.of(6, 0, 1, 1, 1) });
  expect(groupsOf(routed)).toEqual([
    [3, [0]],
    [0, [1]],
  ]);
});

test('underlyings that appear after the router was made have their groups', () => {
  const table = tableOf(TICKERS.slice(0, 1));
  const route = createRouter(table);
  expect(groupsOf(route({ length: 1, contract: Int32Array.of(0) }))).toEqual([[0, [0]]]);
  const many = Array.from({ length: 300 }, (_, i) => {
    const root = `Z${String.fromCharCode(65 + (i % 26), 65 + ((i / 26) | 0))}`;
    return table.internTicker(`O:${root}251219C00180000`) as number;
  });
  expect(groupsOf(route({ length: 300, contract: Int32Array.from(many) }))).toEqual(
    many.map((_, i) => [i + 1, [i]]),
  );
});

test('an empty batch has no group', () => {
  expect(groupsOf(createRouter(tableOf(TICKERS))({ length: 0, contract: new Int32Array(0) }))).toEqual([]);
});
