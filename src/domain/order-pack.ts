// What sessions have taught of orders, packed without the numbers of a table, so that it can be kept and carried.
import type { ContractTable } from './contract-table.ts';
import { RUNGS } from './ladder.ts';
import { OrderMemory } from './order-memory.ts';

/** Changes when the fold or the columns do: what was packed by another layout is not read. */
export const PACK_LAYOUT = 1;

/** A memory with the names of its contracts: columns are parallel to `tickers` or `underlyings`. */
export interface PackedOrders {
  readonly layout: number;
  readonly dates: readonly string[];
  readonly fingerprint: string;
  /** Contracts followed, in the order in which they were met. */
  readonly tickers: readonly string[];
  readonly orders: Float32Array;
  readonly expected: Float64Array;
  readonly underlyings: readonly string[];
  readonly byUnderlying: {
    readonly orders: Float64Array;
    readonly length: Float64Array;
    readonly rungs: Float64Array;
    readonly spot: Float64Array;
    readonly volatility: Float64Array;
  };
  readonly market: OrderMemory['market'];
  /** Excess and squares of the shapes by term, and of underlyings last. */
  readonly shapes: ReadonlyArray<readonly [Float64Array, Float64Array]>;
  /** By place of the underlying in `underlyings` and expiry, as expiryKey has it. */
  readonly listed: ReadonlyMap<number, number>;
}

/** Packs a memory. Packed, unpacked and folded on, it gives the same as if it had never been packed. */
export function packOrders(memory: OrderMemory, table: ContractTable): PackedOrders {
  const { contracts, underlyings, market } = memory;
  const { alive } = contracts;
  underlyings.ensure(table.underlyingCount);
  const orders = new Float32Array(alive.length * RUNGS);
  alive.forEach((contract, at) => {
    orders.set(contracts.orders.subarray(contract * RUNGS, (contract + 1) * RUNGS), at * RUNGS);
  });
  const count = table.underlyingCount;
  return {
    layout: PACK_LAYOUT,
    dates: [...memory.dates],
    fingerprint: memory.fingerprint,
    tickers: alive.map((contract) => table.ticker(contract)),
    orders,
    expected: Float64Array.from(alive, (contract) => contracts.expected[contract]!),
    underlyings: Array.from({ length: count }, (_, underlying) => table.underlyingName(underlying)),
    byUnderlying: {
      orders: underlyings.orders.slice(0, count),
      length: underlyings.length.slice(0, count),
      rungs: underlyings.rungs.slice(0, count * RUNGS),
      spot: underlyings.spot.slice(0, count),
      volatility: underlyings.volatility.slice(0, count),
    },
    market,
    shapes: [...memory.contractShapes, memory.underlyingShapes].map(({ excess, squares }) => [
      excess,
      squares,
    ]),
    listed: memory.listed,
  };
}

/** Unpacks a memory into a table that is empty: underlyings and contracts get the numbers of their places. */
export function unpackOrders(packed: PackedOrders, table: ContractTable): OrderMemory {
  if (table.count > 0 || packed.layout !== PACK_LAYOUT)
    throw new RangeError('orders are unpacked into an empty table, by the layout they were packed in');
  const memory = new OrderMemory(table);
  const { contracts, underlyings, market } = memory;
  for (const name of packed.underlyings) table.internUnderlying(name);
  underlyings.ensure(packed.underlyings.length);
  for (const column of ['orders', 'length', 'rungs', 'spot', 'volatility'] as const)
    underlyings[column].set(packed.byUnderlying[column]);
  for (const ticker of packed.tickers) table.internTicker(ticker);
  packed.tickers.forEach((_ticker, contract) => contracts.meet(contract));
  contracts.orders.set(packed.orders);
  contracts.expected.set(packed.expected);
  market.logFactors.set(packed.market.logFactors);
  market.rungs.set(packed.market.rungs);
  market.profile.set(packed.market.profile);
  market.orders = packed.market.orders;
  market.contracts = packed.market.contracts;
  market.sessions = packed.market.sessions;
  [...memory.contractShapes, memory.underlyingShapes].forEach((bins, at) => {
    const [excess, squares] = packed.shapes[at]!;
    bins.excess.set(excess);
    bins.squares.set(squares);
  });
  for (const [key, sessions] of packed.listed) memory.listed.set(key, sessions);
  memory.dates.push(...packed.dates);
  memory.fingerprint = packed.fingerprint;
  return memory;
}
