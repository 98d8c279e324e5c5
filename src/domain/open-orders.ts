// The open parent orders of an underlying's contracts: one in the contract's row, those of other streams beside it.
import { type ContractArena, FIELD, ROW_WORDS } from './arena.ts';
import { advanceParent, PARENT_WORDS } from './parent.ts';

/** Streams of prints that a contract may have. */
const STREAMS_MAX = 8;

/** Parent orders by slot and stream. */
export class OpenOrders {
  /** Orders of a contract's second, third … stream, by `slot * STREAMS_MAX + stream`; null before the first. */
  #beside: Map<number, Int32Array> | null = null;

  /** Adds a print and gives the rungs newly reached, as advanceParent does. */
  advance({ words }: ContractArena, slot: number, stream: number, atMs: number, size: number): number {
    const at = slot * ROW_WORDS;
    const kept = words[at + FIELD.orderStream]!;
    if (kept === 0) words[at + FIELD.orderStream] = stream + 1;
    if (kept === 0 || kept === stream + 1) return advanceParent(words, at + FIELD.openOrder, atMs, size);
    const place = slot * STREAMS_MAX + stream;
    const beside = (this.#beside ??= new Map<number, Int32Array>());
    let order = beside.get(place);
    if (order === undefined) beside.set(place, (order = new Int32Array(PARENT_WORDS)));
    return advanceParent(order, 0, atMs, size);
  }
}
