// A baseline of orders carried from one table of contracts to another, piece by piece.
import type { ContractTable } from './contract-table.ts';
import { RUNGS } from './ladder.ts';
import { type ContractFeatures, featuresOf } from './order-class.ts';
import { OrderSnapshot, type SnapshotColumns } from './order-snapshot.ts';

/** A snapshot with the names of its numbers: contract 0 is tickers[0], underlying 0 is underlyings[0]. */
export interface NamedSnapshot {
  readonly columns: SnapshotColumns;
  readonly tickers: readonly string[];
  readonly underlyings: readonly string[];
}

/** Contracts numbered between two turns: a few milliseconds. */
const PIECE = 256;

/**
 * The snapshot by the numbers of another table, to which its contracts are added. It is a generator: the caller may let
 * other work in wherever it yields, and the table may grow meanwhile.
 */
export function* renumbered(
  { columns, tickers, underlyings }: NamedSnapshot,
  table: ContractTable,
): Generator<void, OrderSnapshot> {
  const contractOf = new Int32Array(tickers.length);
  for (let at = 0; at < tickers.length; at++) {
    const number = table.internTicker(tickers[at]!);
    contractOf[at] = typeof number === 'number' ? number : -1;
    if (at % PIECE === PIECE - 1) yield;
  }
  const underlyingOf = underlyings.map((name) => table.internUnderlying(name));
  yield;
  const count = table.underlyingCount;
  const moved = (from: Float64Array, width: number, fill: ArrayLike<number>): Float64Array => {
    const to = new Float64Array(count * width);
    for (let at = 0; at < to.length; at += width) to.set(fill, at);
    underlyingOf.forEach((underlying, at) => {
      to.set(from.subarray(at * width, (at + 1) * width), underlying * width);
    });
    return to;
  };
  const underlyingColumns = {
    underlyingOrders: moved(columns.underlyingOrders, 1, [0]),
    factors: moved(columns.factors, 1, [0]),
    spot: moved(columns.spot, 1, [0]),
    volatility: moved(columns.volatility, 1, [1]),
    rungOrders: moved(columns.rungOrders, RUNGS, []),
    // Of an underlying that nobody has seen only the market's shares are known.
    shares: moved(columns.shares, RUNGS, columns.marketShares),
  };
  yield;
  const rates = new Float32Array(table.count);
  const orders = new Float32Array(table.count * RUNGS);
  for (let at = 0; at < tickers.length; at++) {
    const contract = contractOf[at]!;
    if (contract < 0) continue;
    rates[contract] = columns.rates[at]!;
    orders.set(columns.orders.subarray(at * RUNGS, (at + 1) * RUNGS), contract * RUNGS);
    if (at % (16 * PIECE) === 0) yield;
  }
  const listed = new Map<number, number>();
  for (const [key, sessions] of columns.listed) {
    const [place, expiryDay] = [Math.floor(key / EXPIRY_DAYS), key % EXPIRY_DAYS];
    listed.set(underlyingOf[place]! * EXPIRY_DAYS + expiryDay, sessions);
    if (listed.size % (16 * PIECE) === 0) yield;
  }
  const features: Array<ContractFeatures | undefined> = [];
  return new OrderSnapshot(
    { ...columns, ...underlyingColumns, rates, orders, listed },
    table,
    (contract) => (features[contract] ??= featuresOf(table.contract(contract))),
  );
}

/** As expiryKey of order-memory.ts puts them together. */
const EXPIRY_DAYS = 65_536;
