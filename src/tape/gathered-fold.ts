// A journal folded at the speed of a replay: the prints of many frames together, where nothing comes between them.
import type { Alert } from '../domain/alert.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { JournalRecord } from '../feeds/journal/record.ts';
import { GatheredTape } from './gathered-tape.ts';
import type { SessionFold } from './session-fold.ts';

/** Does what {@link SessionFold} does with frames and ticks, later but with the same outcome. */
export class GatheredFold {
  readonly #fold: SessionFold;
  readonly #gathered: GatheredTape;
  readonly #onAlert: (alert: Alert) => void;

  constructor(fold: SessionFold, table: ContractTable, onAlert: (alert: Alert) => void) {
    this.#fold = fold;
    this.#gathered = new GatheredTape(table);
    this.#onAlert = onAlert;
  }

  /** Takes a frame as its record has it; gives what it added to the tape, valid until the next frame. */
  frame({ bytes, receivedAtMs, row }: Omit<JournalRecord, 'kind'>): readonly TradeBatch[] {
    const { quotes, batches } = this.#fold.tape.step(bytes, receivedAtMs, row);
    if (quotes !== null) {
      // Where quotes stand between prints of other underlyings says nothing, and a rebuild must not read them too late.
      if (this.#gathered.meets(quotes)) this.flush();
      this.#fold.engine.takeQuotes(quotes);
    }
    for (const batch of batches) {
      this.#fold.hear(batch, receivedAtMs);
      if (this.#gathered.add(batch)) continue;
      this.flush();
      if (!this.#gathered.add(batch)) this.#fold.fold(batch, this.#onAlert);
    }
    return batches;
  }

  tick(quietUntilMs: number): void {
    if (!this.#fold.isQuiet(quietUntilMs)) return;
    this.flush();
    this.#fold.tick(quietUntilMs);
  }

  /** Folds what was gathered: before whatever changes how prints are folded, and at the end. */
  flush(): void {
    const batch = this.#gathered.take();
    if (batch !== null) this.#fold.fold(batch, this.#onAlert);
  }
}
