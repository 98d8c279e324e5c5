// The ledger of a live session, where nobody knows beforehand which print will be taken back: it remembers them all.
import type { CancelLedger } from './cancel-ledger.ts';
import { conditionUse, USE } from './conditions.ts';
import type { TradeBatch } from './trade.ts';

const ROWS_FIRST = 4096;
/** End of a contract's chain. */
const NONE = -1;

/**
 * Every print that may be cancelled, 22 bytes each: a chain a contract, the newest first. Ten million prints take
 * 220 MB; a cancel walks the chain of its contract.
 */
export class SessionLedger implements CancelLedger {
  #count = 0;
  #row = new Int32Array(ROWS_FIRST);
  #atMs = new Int32Array(ROWS_FIRST);
  #priceE4 = new Int32Array(ROWS_FIRST);
  /** Contracts; 0 once the print was taken out. */
  #size = new Int32Array(ROWS_FIRST);
  #exchange = new Uint16Array(ROWS_FIRST);
  #before = new Int32Array(ROWS_FIRST);
  #newest = new Int32Array(1024).fill(NONE);

  /** Prints remembered. */
  get count(): number {
    return this.#count;
  }

  /** Remembers the prints of a batch; every batch comes here, in the order of the tape, before it is folded. */
  add(batch: TradeBatch): void {
    for (let row = 0; row < batch.length; row++) {
      if ((conditionUse(batch.condition[row]!) & USE.detection) === 0) continue;
      const contract = batch.contract[row]!;
      if (this.#count === this.#row.length) this.#grow();
      if (contract >= this.#newest.length) this.#growContracts(contract);
      const at = this.#count++;
      this.#row[at] = batch.firstRow + row;
      this.#atMs[at] = batch.atMs[row]!;
      this.#priceE4[at] = batch.priceE4[row]!;
      this.#size[at] = batch.size[row]!;
      this.#exchange[at] = batch.exchange[row]!;
      this.#before[at] = this.#newest[contract]!;
      this.#newest[contract] = at;
    }
  }

  takeOut(contract: number, row: number, priceE4: number, size: number, exchange: number): number | null {
    for (let at = this.#newest[contract] ?? NONE; at !== NONE; at = this.#before[at]!) {
      const equal =
        this.#size[at] === size && this.#priceE4[at] === priceE4 && this.#exchange[at] === exchange;
      if (!equal || this.#row[at]! >= row) continue;
      this.#size[at] = 0;
      return this.#atMs[at]!;
    }
    return null;
  }

  #grow(): void {
    const rows = this.#row.length * 2;
    const grown = (column: Int32Array): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(rows);
      larger.set(column);
      return larger;
    };
    this.#row = grown(this.#row);
    this.#atMs = grown(this.#atMs);
    this.#priceE4 = grown(this.#priceE4);
    this.#size = grown(this.#size);
    this.#before = grown(this.#before);
    const exchange = new Uint16Array(rows);
    exchange.set(this.#exchange);
    this.#exchange = exchange;
  }

  #growContracts(contract: number): void {
    const newest = new Int32Array(Math.max(contract + 1, this.#newest.length * 2)).fill(NONE);
    newest.set(this.#newest);
    this.#newest = newest;
  }
}
