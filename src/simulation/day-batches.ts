// A simulated day as the batches that the engine takes.
import type { ContractTable } from '../domain/contract-table.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { MarketDay } from './market.ts';

/**
 * The prints of a day in time order, in batches of at most `rowsMax`, with contracts as `table` numbers
 * them.
 */
export function* batchesOf(
  day: MarketDay,
  table: ContractTable,
  rowsMax = 262_144,
): Generator<TradeBatch, void> {
  const numbers = day.contracts.internInto(table);
  const { columns } = day;
  for (let firstRow = 0; firstRow < day.length; firstRow += rowsMax) {
    const end = Math.min(day.length, firstRow + rowsMax);
    yield {
      session: day.session,
      kind: 'trades',
      length: end - firstRow,
      firstRow,
      sequence: null,
      contract: columns.contract.slice(firstRow, end).map((contract) => numbers[contract]!),
      atMs: columns.atMs.subarray(firstRow, end),
      priceE4: columns.priceE4.subarray(firstRow, end),
      size: columns.size.subarray(firstRow, end),
      condition: columns.condition.subarray(firstRow, end),
      exchange: columns.exchange.subarray(firstRow, end),
    };
  }
}
