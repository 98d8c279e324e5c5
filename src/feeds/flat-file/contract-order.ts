// The contract order of a day's rows: a counting sort by contract, and a sort by time of the few that need it.
import type { ContractTable } from '../../domain/contract-table.ts';
import type { TradeColumns } from '../../domain/trade.ts';

type TimedColumns = Pick<TradeColumns, 'contract' | 'atMs'>;

/** Rows by contract. */
export interface ContractOrder {
  /** Contracts that have rows, by underlying, then ticker. */
  readonly contracts: Int32Array;
  /** Place of each contract's first row in `order`, and the number of rows. */
  readonly starts: Int32Array;
  /** Rows of the file: contract after contract, each by millisecond, equal ones as in the file. */
  readonly order: Int32Array;
}

/** Orders the rows of `segments`, which hold 2^segmentBits rows each. Needs 4 bytes a row. */
export function contractOrder(
  segments: readonly TimedColumns[],
  segmentBits: number,
  length: number,
  table: ContractTable,
): ContractOrder {
  const mask = (1 << segmentBits) - 1;
  const counts = new Int32Array(table.count);
  for (let row = 0; row < length; row++) counts[segments[row >>> segmentBits]!.contract[row & mask]!]!++;
  const contracts = rankedContracts(counts, table);
  const starts = new Int32Array(contracts.length + 1);
  /** Where the next row of a contract goes. */
  const next = new Int32Array(table.count);
  contracts.forEach((contract, at) => {
    next[contract] = starts[at]!;
    starts[at + 1] = starts[at]! + counts[contract]!;
  });
  const order = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    order[next[segments[row >>> segmentBits]!.contract[row & mask]!]!++] = row;
  }
  const timeOf = (row: number): number => segments[row >>> segmentBits]!.atMs[row & mask]!;
  for (let at = 0; at < contracts.length; at++) sortRun(order, starts[at]!, starts[at + 1]!, timeOf);
  return { contracts, starts, order };
}

/** The contracts that have rows, by the name of their underlying and then by ticker. */
function rankedContracts(counts: Int32Array, table: ContractTable): Int32Array {
  const traded = Int32Array.from(counts.keys().filter((contract) => counts[contract]! > 0));
  const names = Array.from({ length: table.underlyingCount }, (_, number) => table.underlyingName(number));
  const byName = Array.from(names.keys()).toSorted((a, b) => (names[a]! < names[b]! ? -1 : 1));
  const rank = new Int32Array(names.length);
  byName.forEach((underlying, at) => (rank[underlying] = at));
  return traded.sort(
    (a, b) => rank[table.underlyingOf(a)]! - rank[table.underlyingOf(b)]! || table.compareTickers(a, b),
  );
}

/** Sorts the rows of one contract by time unless they are in order already, as the provider's are. */
function sortRun(order: Int32Array, from: number, to: number, timeOf: (row: number) => number): void {
  for (let at = from + 1; at < to; at++) {
    if (timeOf(order[at - 1]!) <= timeOf(order[at]!)) continue;
    order.subarray(from, to).sort((a, b) => timeOf(a) - timeOf(b) || a - b);
    return;
  }
}
