// Routing: the rows of a batch grouped by underlying, so that each underlying gets one message a batch.
import type { ContractTable } from '../domain/contract-table.ts';

/** What routing needs of a batch, be it of prints or of quotes. */
export interface ContractRows {
  readonly length: number;
  readonly contract: Int32Array;
}

/** A batch with its rows grouped: group g is underlying `underlyings[g]`, rows `order[starts[g]..starts[g + 1])`. */
export interface RoutedBatch<Batch extends ContractRows> {
  readonly batch: Batch;
  /** Rows of the batch, group by group; within a group in the order of the tape. */
  readonly order: Int32Array;
  readonly groups: number;
  readonly underlyings: Int32Array;
  readonly starts: Int32Array;
}

/**
 * Makes the routing function: a counting sort by underlying that reuses its memory, so a routed batch is valid until
 * the next one is made. Costs one read of the directory of contracts a row.
 */
export function createRouter<Batch extends ContractRows>(
  table: ContractTable,
): (batch: Batch) => RoutedBatch<Batch> {
  let order = new Int32Array(0);
  let groupOfRow = new Int32Array(0);
  let groupOfUnderlying = new Int32Array(0);
  let underlyings = new Int32Array(0);
  let starts = new Int32Array(1);

  const makeRoom = (rows: number): void => {
    if (order.length < rows) {
      order = new Int32Array(rows);
      groupOfRow = new Int32Array(rows);
    }
    if (groupOfUnderlying.length < table.underlyingCount) {
      groupOfUnderlying = new Int32Array(table.underlyingCount * 2);
      underlyings = new Int32Array(groupOfUnderlying.length);
      starts = new Int32Array(groupOfUnderlying.length + 1);
    }
  };

  // HOT PATH: once a print.
  return (batch) => {
    const { length, contract } = batch;
    makeRoom(length);
    let groups = 0;
    for (let row = 0; row < length; row++) {
      const underlying = table.underlyingOf(contract[row]!);
      let group = groupOfUnderlying[underlying]!;
      if (group === 0) {
        underlyings[groups] = underlying;
        group = groupOfUnderlying[underlying] = ++groups;
        starts[group] = 0;
      }
      groupOfRow[row] = group;
      starts[group]!++;
    }
    starts[0] = 0;
    for (let group = 1; group <= groups; group++) starts[group]! += starts[group - 1]!;
    // Filling from the back leaves each start where its group begins and keeps the order of the tape.
    for (let row = length - 1; row >= 0; row--) order[--starts[groupOfRow[row]!]!] = row;
    for (let group = 0; group < groups; group++) {
      starts[group] = starts[group + 1]!;
      groupOfUnderlying[underlyings[group]!] = 0;
    }
    starts[groups] = length;
    return { batch, order, groups, underlyings, starts };
  };
}
