// Quotes as an underlying takes them: they wait with it until a print passes them.
import { type QuoteBatch, quoteAt } from './quote.ts';
import type { UnderlyingState } from './underlying.ts';

/**
 * Takes the rows `order[from..to)` of a batch of quotes, all of this underlying's contracts. They wait until a print
 * passes them: a print knows the quotes strictly before it, however quotes and prints are cut into batches.
 */
export function foldQuotes(
  state: UnderlyingState,
  batch: QuoteBatch,
  order: Int32Array,
  from: number,
  to: number,
): void {
  state.quoted = true;
  state.quotes.settle(batch.settledMs);
  for (let i = from; i < to; i++) {
    const row = order[i]!;
    state.quotes.add(batch.contract[row]!, quoteAt(batch, row));
  }
}
