// Cancels: which earlier print of the session each of them takes back.
import { conditionUse, USE } from './conditions.ts';
import type { TradeBatch } from './trade.ts';

/** The session's earlier prints, as far as cancels need them. */
export interface CancelLedger {
  /**
   * Takes out the latest print before `row` that equals the cancelled one, may reach the detectors and has not been
   * taken out yet. Returns its event time, ms after midnight: with it the fold finds the same print in its window,
   * or knows that it has left. Null when there is none.
   */
  takeOut(contract: number, row: number, priceE4: number, size: number, exchange: number): number | null;
}

interface Remembered {
  readonly row: number;
  readonly atMs: number;
  readonly priceE4: number;
  readonly size: number;
  readonly exchange: number;
}

/**
 * A ledger filled from the tape itself, for feeds that know beforehand which contracts have a cancel: only their
 * prints are remembered, a few contracts of 400,000.
 */
export class TapeLedger implements CancelLedger {
  /** Prints not taken out yet, by contract, in the order of the tape. */
  readonly #prints: ReadonlyMap<number, Remembered[]>;

  constructor(cancelledContracts: Iterable<number>) {
    this.#prints = new Map(Array.from(cancelledContracts, (contract) => [contract, []]));
  }

  /** Remembers the prints of a batch. Every batch comes here, in the order of the tape, before it is folded. */
  add(batch: TradeBatch): void {
    if (this.#prints.size === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const prints = this.#prints.get(batch.contract[row]!);
      if (prints === undefined || (conditionUse(batch.condition[row]!) & USE.detection) === 0) continue;
      prints.push({
        row: batch.firstRow + row,
        atMs: batch.atMs[row]!,
        priceE4: batch.priceE4[row]!,
        size: batch.size[row]!,
        exchange: batch.exchange[row]!,
      });
    }
  }

  takeOut(contract: number, row: number, priceE4: number, size: number, exchange: number): number | null {
    const prints = this.#prints.get(contract) ?? [];
    const place = prints.findLastIndex(
      (print) =>
        print.row < row && print.priceE4 === priceE4 && print.size === size && print.exchange === exchange,
    );
    if (place < 0) return null;
    return prints.splice(place, 1)[0]!.atMs;
  }
}
