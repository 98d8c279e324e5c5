// The ledger of a live session, where nobody knows beforehand which print will be taken back: it remembers them all.
import type { CancelLedger } from './cancel-ledger.ts';
import { conditionUse, USE } from './conditions.ts';
import { allocateColumns, type TapeKind, type TradeBatch, type TradeColumns } from './trade.ts';
import { grown } from '../lib/grown.ts';

const SEGMENT_BITS = 16;
const SEGMENT_ROWS = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_ROWS - 1;
/** End of a contract's chain. */
const NONE = -1;

/** Prints whose rows follow one another: a new run begins where the numbers leap or another kind of tape begins. */
interface Run {
  readonly place: number;
  readonly firstRow: number;
  readonly kind: TapeKind;
}

/**
 * Every print of the session in the order of the tape, 24 bytes each, with a chain a contract, the newest first: ten
 * million prints take 240 MB. A cancel walks the chain of its contract; an underlying that failed is folded again from
 * {@link tape}.
 */
export class SessionLedger implements CancelLedger {
  #count = 0;
  readonly #segments: TradeColumns[] = [];
  /** The print of the same contract before, by place. */
  readonly #before: Int32Array[] = [];
  readonly #runs: Run[] = [];
  /** Places of prints that were taken out. */
  readonly #taken = new Set<number>();
  #newest = new Int32Array(1024).fill(NONE);
  #batch: Pick<TradeBatch, 'session'> | null = null;

  /** Prints remembered. */
  get count(): number {
    return this.#count;
  }

  /** Remembers the prints of a batch; every batch comes here, in the order of the tape, before it is folded. */
  add(batch: TradeBatch): void {
    this.#batch ??= { session: batch.session };
    this.#follow(batch);
    for (let from = 0; from < batch.length;) {
      const offset = this.#count & SEGMENT_MASK;
      if (offset === 0) {
        this.#segments.push(allocateColumns(SEGMENT_ROWS));
        this.#before.push(new Int32Array(SEGMENT_ROWS));
      }
      const rows = Math.min(SEGMENT_ROWS - offset, batch.length - from);
      copyRows(batch, from, this.#segments.at(-1)!, offset, rows);
      this.#chain(batch.contract, from, rows);
      from += rows;
    }
  }

  takeOut(contract: number, row: number, priceE4: number, size: number, exchange: number): number | null {
    let at = this.#newest[contract] ?? NONE;
    for (; at !== NONE; at = this.#before[at >>> SEGMENT_BITS]![at & SEGMENT_MASK]!) {
      const columns = this.#segments[at >>> SEGMENT_BITS]!;
      const offset = at & SEGMENT_MASK;
      const usable =
        columns.size[offset] === size &&
        columns.priceE4[offset] === priceE4 &&
        columns.exchange[offset] === exchange &&
        (conditionUse(columns.condition[offset]!) & USE.detection) !== 0 &&
        !this.#taken.has(at) &&
        this.#rowAt(at) < row;
      if (!usable) continue;
      this.#taken.add(at);
      return columns.atMs[offset]!;
    }
    return null;
  }

  restore(contracts: (contract: number) => boolean): void {
    for (const at of this.#taken) {
      const contract = this.#segments[at >>> SEGMENT_BITS]!.contract[at & SEGMENT_MASK]!;
      if (contracts(contract)) this.#taken.delete(at);
    }
  }

  /** The prints remembered, in the order of the tape, in batches that share their columns with the ledger. */
  *tape(): Generator<TradeBatch> {
    for (const [number, { place, firstRow, kind }] of this.#runs.entries()) {
      const end = this.#runs[number + 1]?.place ?? this.#count;
      for (let at = place; at < end;) {
        const offset = at & SEGMENT_MASK;
        const length = Math.min(SEGMENT_ROWS - offset, end - at);
        const columns = sliceColumns(this.#segments[at >>> SEGMENT_BITS]!, offset, length);
        const { session } = this.#batch!;
        yield { session, kind, length, firstRow: firstRow + at - place, sequence: null, ...columns };
        at += length;
      }
    }
  }

  /** Begins a run where a batch does not continue the last one. */
  #follow({ firstRow, kind, length }: TradeBatch): void {
    const last = this.#runs.at(-1);
    const continues = last?.kind === kind && last.firstRow + this.#count - last.place === firstRow;
    if (!continues && length > 0) this.#runs.push({ place: this.#count, firstRow, kind });
  }

  /** Puts the next `rows` prints at the heads of their contracts' chains. */
  #chain(contracts: Int32Array, from: number, rows: number): void {
    const before = this.#before.at(-1)!;
    for (let row = from; row < from + rows; row++) {
      const contract = contracts[row]!;
      if (contract >= this.#newest.length) this.#growContracts(contract);
      before[this.#count & SEGMENT_MASK] = this.#newest[contract]!;
      this.#newest[contract] = this.#count++;
    }
  }

  #rowAt(at: number): number {
    const { place, firstRow } = this.#runs.findLast((run) => run.place <= at)!;
    return firstRow + at - place;
  }

  #growContracts(contract: number): void {
    const { length } = this.#newest;
    this.#newest = grown(this.#newest, Math.max(contract + 1, length * 2)).fill(NONE, length);
  }
}

function copyRows(batch: TradeBatch, from: number, into: TradeColumns, at: number, rows: number): void {
  const part = sliceColumns(batch, from, rows);
  into.contract.set(part.contract, at);
  into.atMs.set(part.atMs, at);
  into.priceE4.set(part.priceE4, at);
  into.size.set(part.size, at);
  into.condition.set(part.condition, at);
  into.exchange.set(part.exchange, at);
}

function sliceColumns(columns: TradeColumns, from: number, rows: number): TradeColumns {
  const to = from + rows;
  return {
    contract: columns.contract.subarray(from, to),
    atMs: columns.atMs.subarray(from, to),
    priceE4: columns.priceE4.subarray(from, to),
    size: columns.size.subarray(from, to),
    condition: columns.condition.subarray(from, to),
    exchange: columns.exchange.subarray(from, to),
  };
}
