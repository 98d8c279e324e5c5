// The parent orders of days, read back from the summaries of deep history: what baselines of orders are folded from.
import { type DayOrders, RUNGS } from '../domain/ladder.ts';
import { ORDER_CLOCKS } from '../domain/order-class.ts';
import { CLOCK_BUCKETS } from '../domain/session-clock.ts';
import { ORDER_COLUMNS, ORDER_PROFILE } from './day-files.ts';
import { type Duck, itemsOf, literal } from './duck.ts';

/** Numbers a ticker; -1 for one that the table does not take. */
export type NumberOf = (osi: string) => number;

/**
 * Reads the orders of a day. A file made of aggregates knows none and gives an empty day. The profile is null for files
 * that were written before they knew when in the day orders came. Throws when the file cannot be read.
 */
export async function readDayOrders(
  duck: Duck,
  path: string,
  date: string,
  numberOf: NumberOf,
): Promise<DayOrders> {
  // Cents of 100 shares a contract: a price a share in dollars is premium / volume / 10,000.
  const sql = `select ${ORDER_COLUMNS.join(', ')}, (premium_cents / volume / 10000)::double as price, osi
    from read_parquet(${literal(path)}) where orders_1 > 0 and volume > 0`;
  const result = await duck.connection.stream(sql);
  const contracts: number[] = [];
  const orders: number[] = [];
  const prices: number[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const rungs = Array.from({ length: RUNGS }, (_, rung) => itemsOf(chunk, rung, Int32Array));
    const price = itemsOf(chunk, RUNGS, Float64Array);
    const tickers = chunk.getColumnValues(RUNGS + 1) as string[];
    for (let row = 0; row < chunk.rowCount; row++) {
      const contract = numberOf(tickers[row]!);
      if (contract < 0) continue;
      contracts.push(contract);
      prices.push(price[row]!);
      for (const rung of rungs) orders.push(rung[row]!);
    }
  }
  // In the order of the file, which is that of tickers: no numbering of contracts changes what is learned.
  return {
    date,
    contract: Int32Array.from(contracts),
    orders: Int32Array.from(orders),
    meanPrice: Float64Array.from(prices),
    profile: await readProfile(duck, path),
  };
}

/** Orders by clock and five minutes, from the metadata of the file; null when it has none or of another length. */
async function readProfile({ connection }: Duck, path: string): Promise<Float64Array | null> {
  const sql = `select decode(value) from parquet_kv_metadata(${literal(path)})
    where decode(key) = ${literal(ORDER_PROFILE)}`;
  const [row] = (await connection.runAndReadAll(sql)).getRows();
  const counts: unknown = row === undefined ? null : JSON.parse(String(row[0]));
  if (!Array.isArray(counts) || counts.length !== ORDER_CLOCKS * CLOCK_BUCKETS) return null;
  return Float64Array.from(counts, Number);
}
