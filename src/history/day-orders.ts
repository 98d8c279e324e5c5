// The parent orders of a day read back from its summaries, for the baselines that learn from them.
import type { ContractTable } from '../domain/contract-table.ts';
import { type DayOrders, RUNGS } from '../domain/ladder.ts';
import { ORDER_COLUMNS } from './day-files.ts';
import { type Duck, literal } from './duck.ts';

/**
 * Reads the orders of the contracts that had any in the regular hours of a day, as OrderCounter counts them over its
 * tape; when in the day they came is not known. Contracts are numbered in `table`, those it does not know are added.
 * The mean price is that of the whole day, cancels taken out. Gives null for a day made of aggregates.
 */
export async function readDayOrders(
  { connection }: Duck,
  path: string,
  date: string,
  table: ContractTable,
): Promise<DayOrders | null> {
  const result = await connection.stream(
    `select osi, coalesce(premium_cents::double / nullif(volume, 0) / 10000, 0) as price,
       ${ORDER_COLUMNS.join(', ')}
     from read_parquet(${literal(path)}) where ${ORDER_COLUMNS[0]} > 0`,
  );
  const found: Array<{
    readonly contract: number;
    readonly price: number;
    readonly orders: readonly number[];
  }> = [];
  for await (const rows of result.yieldRows()) {
    for (const [osi, price, ...orders] of rows) {
      const contract = table.internTicker(String(osi));
      if (typeof contract === 'number')
        found.push({ contract, price: Number(price), orders: orders.map(Number) });
    }
  }
  found.sort((a, b) => a.contract - b.contract);
  const orders = new Int32Array(found.length * RUNGS);
  found.forEach((day, at) => orders.set(day.orders, at * RUNGS));
  return {
    date,
    contract: Int32Array.from(found, ({ contract }) => contract),
    orders,
    meanPrice: Float64Array.from(found, ({ price }) => price),
    profile: null,
  };
}
