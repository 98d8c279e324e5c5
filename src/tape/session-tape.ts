// The tape of a live session as the journal tells it: frames decoded, known prints taken out, rows numbered.
import type { ContractTable } from '../domain/contract-table.ts';
import type { QuoteBatch } from '../domain/quote.ts';
import type { Session } from '../domain/session.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { ROW_SPAN } from '../feeds/journal/record.ts';
import { type WireCounts, WireDecoder } from '../feeds/massive/wire.ts';
import { Dedupe } from '../streams/dedupe.ts';

/** What a frame adds to the tape, in the order in which it must be taken: the quotes first. */
export interface TapeStep {
  readonly quotes: QuoteBatch | null;
  readonly batches: readonly TradeBatch[];
}

/**
 * Turns frames into the session's tape. The same frames give the same rows under the same numbers, live, after a
 * restart, and when the journal is read to catch up.
 */
export class SessionTape {
  readonly #decoder: WireDecoder;
  readonly #dedupe = new Dedupe();

  constructor(session: Session, table: ContractTable) {
    this.#decoder = new WireDecoder({ session, table });
  }

  /** What the frames held so far. */
  get counts(): WireCounts {
    return this.#decoder.counts;
  }

  /** Elements that could not be read, by reason. */
  get rejects(): WireDecoder['rejects'] {
    return this.#decoder.rejects;
  }

  /** Prints that had been heard before. */
  get duplicates(): number {
    return this.#dedupe.counts.duplicates;
  }

  /** Rows of the tape so far: the number of the next. */
  get rows(): number {
    return this.#dedupe.nextRow;
  }

  /** Numbers the next print, unless the tape is further already. */
  continueAt(nextRow: number): void {
    this.#dedupe.continueAt(nextRow);
  }

  /**
   * The step of a frame that was received at `receivedAtMs` (epoch ms).
   * @param row number of its first print, of its record: where records before it were lost, the tape goes on there
   */
  step(frame: Buffer, receivedAtMs: number, row?: number): TapeStep {
    if (row !== undefined) this.#goOnAt(row);
    const { trades, minutes, quotes } = this.#decoder.decode(frame, receivedAtMs);
    const batches = [trades, minutes]
      .filter((batch) => batch !== null)
      .map((batch) => this.#dedupe.pass(batch))
      .filter((batch) => batch.length > 0);
    return { quotes, batches };
  }

  /** A row is known by its remainder: what seems to be more than half of the numbers ahead is behind. */
  #goOnAt(row: number): void {
    const ahead = (row - (this.rows % ROW_SPAN) + ROW_SPAN) % ROW_SPAN;
    if (ahead > 0 && ahead < ROW_SPAN / 2) this.continueAt(this.rows + ahead);
  }
}
