// The time order of a day's rows: a radix sort by millisecond that keeps the file's order among equals, then ticker.
import type { ContractTable } from '../../domain/contract-table.ts';
import type { TradeColumns } from '../../domain/trade.ts';

/** Two passes of 14 bits cover 2^28 ms: a day and the evening before it. */
const RADIX_BITS = 14;
const RADIX = 1 << RADIX_BITS;
/** Offsets may be negative (the evening before); this makes them positive. */
const SHIFT_MS = 1 << 26;

type TimedColumns = Pick<TradeColumns, 'contract' | 'atMs'>;

/**
 * Rows in the order (time, ticker, row of the file), or null when they stand in it already.
 * `segments` hold 2^segmentBits rows each. Needs 8 bytes a row while it works, and keeps 4.
 */
export function timeOrder(
  segments: readonly TimedColumns[],
  segmentBits: number,
  length: number,
  table: ContractTable,
): Int32Array | null {
  const mask = (1 << segmentBits) - 1;
  const timeOf = (row: number): number => segments[row >>> segmentBits]!.atMs[row & mask]!;
  const contractOf = (row: number): number => segments[row >>> segmentBits]!.contract[row & mask]!;
  const compareTickers = (a: number, b: number): number => table.compareTickers(a, b);
  const disorder = findDisorder(length, timeOf, contractOf, compareTickers);
  if (disorder === 'none') return null;
  const order = disorder === 'time' ? radixSort(segments, segmentBits, length) : identity(length);
  settleTies(order, timeOf, contractOf, compareTickers);
  return order;
}

function findDisorder(
  length: number,
  timeOf: (row: number) => number,
  contractOf: (row: number) => number,
  compareTickers: (a: number, b: number) => number,
): 'none' | 'ties' | 'time' {
  let ties = false;
  for (let row = 1; row < length; row++) {
    const stepMs = timeOf(row) - timeOf(row - 1);
    if (stepMs < 0) return 'time';
    if (stepMs === 0 && !ties) ties = compareTickers(contractOf(row - 1), contractOf(row)) > 0;
  }
  return ties ? 'ties' : 'none';
}

function identity(length: number): Int32Array {
  return new Int32Array(length).map((_, row) => row);
}

/** Least significant digit first: each pass is stable, so equal times keep the order of the file. */
function radixSort(segments: readonly TimedColumns[], segmentBits: number, length: number): Int32Array {
  const low = new Int32Array(length);
  const high = new Int32Array(length);
  const lowCounts = new Int32Array(RADIX + 1);
  const highCounts = new Int32Array(RADIX + 1);
  for (let from = 0, segment = 0; from < length; from += 1 << segmentBits, segment++) {
    const { atMs } = segments[segment]!;
    const to = Math.min(1 << segmentBits, length - from);
    for (let at = 0; at < to; at++) {
      const key = atMs[at]! + SHIFT_MS;
      lowCounts[(key & (RADIX - 1)) + 1]!++;
      highCounts[(key >>> RADIX_BITS) + 1]!++;
    }
  }
  for (let digit = 0; digit < RADIX; digit++) {
    lowCounts[digit + 1]! += lowCounts[digit]!;
    highCounts[digit + 1]! += highCounts[digit]!;
  }
  for (let from = 0, segment = 0; from < length; from += 1 << segmentBits, segment++) {
    const { atMs } = segments[segment]!;
    const to = Math.min(1 << segmentBits, length - from);
    for (let at = 0; at < to; at++) low[lowCounts[(atMs[at]! + SHIFT_MS) & (RADIX - 1)]!++] = from + at;
  }
  const mask = (1 << segmentBits) - 1;
  for (let i = 0; i < length; i++) {
    const row = low[i]!;
    const key = segments[row >>> segmentBits]!.atMs[row & mask]! + SHIFT_MS;
    high[highCounts[key >>> RADIX_BITS]!++] = row;
  }
  return high;
}

/** Orders rows of the same millisecond by ticker, then by row of the file; runs in order are left alone. */
function settleTies(
  order: Int32Array,
  timeOf: (row: number) => number,
  contractOf: (row: number) => number,
  compareTickers: (a: number, b: number) => number,
): void {
  const compareRows = (a: number, b: number): number => compareTickers(contractOf(a), contractOf(b)) || a - b;
  let from = 0;
  for (let i = 1; i <= order.length; i++) {
    if (i < order.length && timeOf(order[i]!) === timeOf(order[from]!)) continue;
    if (i - from > 1 && !inOrder(order, from, i, compareRows)) order.subarray(from, i).sort(compareRows);
    from = i;
  }
}

function inOrder(
  order: Int32Array,
  from: number,
  to: number,
  compareRows: (a: number, b: number) => number,
): boolean {
  for (let i = from + 1; i < to; i++) if (compareRows(order[i - 1]!, order[i]!) > 0) return false;
  return true;
}
