// Batches whose prints make whoever folds them throw: the fault is in the data, so that nothing else knows of it.
import type { TradeBatch } from '../../src/domain/trade.ts';

/** The batch, but that reading the condition of a row throws when `throws` says so of its number on the tape. */
export function faultyBatch(batch: TradeBatch, throws: (row: number) => boolean): TradeBatch {
  const condition = new Proxy(batch.condition, {
    get(column, place) {
      const row = Number(String(place));
      if (Number.isInteger(row) && throws(batch.firstRow + row)) {
        throw new Error(`row ${batch.firstRow + row} cannot be read`);
      }
      const value: unknown = Reflect.get(column, place, column);
      return typeof value === 'function' ? value.bind(column) : value;
    },
  });
  return { ...batch, condition };
}

/** Throws on the first so many readings of each row given, and never again. */
export function passingFaults(rows: Iterable<number>, readings = 1): (row: number) => boolean {
  const left = new Map(Array.from(rows, (row) => [row, readings]));
  return (row) => {
    const more = left.get(row) ?? 0;
    if (more > 0) left.set(row, more - 1);
    return more > 0;
  };
}
