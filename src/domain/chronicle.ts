// The chronicle of a session: what an engine took beside prints, and between which of them, to be told again.
import type { VolumeBaseline } from './baseline.ts';
import type { DetectorChange } from './detectors/detector.ts';
import { THRESHOLD_WINDOW_MS } from './detectors/threshold.ts';
import type { QuoteBatch } from './quote.ts';
import { DEFAULT_SMOOTHING } from './smoothing.ts';
import { grown } from '../lib/grown.ts';

/**
 * Quotes are remembered as long as they can still say something of a print that is in the window: its five minutes,
 * the age up to which a quote prevails, and 10 s for quotes that come late.
 */
const QUOTES_KEPT_MS = THRESHOLD_WINDOW_MS + DEFAULT_SMOOTHING.ageMsMax + 10_000;
/** Rows of quotes remembered at most, 24 bytes each: twice what 100 contracts give in the time above at 15 a second. */
export const QUOTES_KEPT_MAX = 1 << 20;
const TICKS_FIRST = 1_024;

/** Told again what happened. */
export interface Heard {
  /** Batches of quotes are numbered from 0 on. */
  quotes(batch: QuoteBatch, number: number): void;
  baseline(baseline: VolumeBaseline, tickMs: number): void;
  tick(tickMs: number): void;
  change(change: DetectorChange): void;
}

interface Changed {
  readonly row: number;
  readonly change: DetectorChange;
}

interface KeptQuotes {
  readonly row: number;
  readonly number: number;
  readonly batch: QuoteBatch;
  readonly lastMs: number;
}

interface Adopted {
  readonly row: number;
  readonly baseline: VolumeBaseline;
  /** The session's clock at that moment. */
  readonly tickMs: number;
}

/** Everything stands before a row of the tape: the number of the next print that was to come. */
export class Chronicle {
  /** What was normal when the session began. */
  readonly firstBaseline: VolumeBaseline;
  /** Number of the next print. */
  nextRow = 0;
  #quotes: KeptQuotes[] = [];
  #quoteRows = 0;
  #quoteBatches = 0;
  readonly #adopted: Adopted[] = [];
  readonly #changes: Changed[] = [];
  /** Row and time of each tick; of several before the same row only the last can matter. */
  #ticks = new Int32Array(2 * TICKS_FIRST);
  #tickCount = 0;

  constructor(firstBaseline: VolumeBaseline) {
    this.firstBaseline = firstBaseline;
  }

  /** Batches of quotes so far, which is the number of the next. */
  get quoteBatches(): number {
    return this.#quoteBatches;
  }

  /** Rows of quotes remembered. */
  get quoteRows(): number {
    return this.#quoteRows;
  }

  /** Remembers a copy of quotes. */
  addQuotes(given: QuoteBatch): void {
    const number = this.#quoteBatches++;
    if (given.length === 0) return;
    const batch = copyOf(given);
    const lastMs = batch.atMs[batch.length - 1]!;
    this.#quotes.push({ row: this.nextRow, number, batch, lastMs });
    this.#quoteRows += batch.length;
    let old = 0;
    let rows = this.#quoteRows;
    for (const { batch: oldest, lastMs: oldestMs } of this.#quotes) {
      const isOld = oldestMs < lastMs - QUOTES_KEPT_MS || rows > QUOTES_KEPT_MAX;
      if (!isOld || oldest === batch) break;
      rows -= oldest.length;
      old++;
    }
    // Cut off in large pieces: moving the rest of the list for each batch would cost more than the batch.
    if (old * 2 < this.#quotes.length && this.#quoteRows <= QUOTES_KEPT_MAX) return;
    this.#quotes = this.#quotes.slice(old);
    this.#quoteRows = rows;
  }

  addBaseline(baseline: VolumeBaseline, tickMs: number): void {
    this.#adopted.push({ row: this.nextRow, baseline, tickMs });
  }

  /** Remembers what the detectors of all underlyings were told, before a baseline that came with it; or nothing. */
  addChange(change: DetectorChange | null): void {
    if (change !== null) this.#changes.push({ row: this.nextRow, change });
  }

  addTick(tickMs: number): void {
    const last = 2 * this.#tickCount - 2;
    if (this.#tickCount > 0 && this.#ticks[last] === this.nextRow) {
      this.#ticks[last + 1] = tickMs;
      return;
    }
    if (2 * this.#tickCount === this.#ticks.length) {
      this.#ticks = grown(this.#ticks, this.#ticks.length * 2);
    }
    this.#ticks[2 * this.#tickCount] = this.nextRow;
    this.#ticks[2 * this.#tickCount + 1] = tickMs;
    this.#tickCount++;
  }

  /**
   * Tells it again, in its order: each call tells what happened before the row given and after the last call, and
   * returns the row before which something happened next.
   */
  telling(heard: Heard): (row: number) => number {
    const quotes = this.#quotes;
    const ticks = this.#ticks.subarray(0, 2 * this.#tickCount);
    let quote = 0;
    let adopted = 0;
    let changed = 0;
    let tick = 0;
    return (row) => {
      for (; (this.#changes[changed]?.row ?? Infinity) <= row; changed++)
        heard.change(this.#changes[changed]!.change);
      for (; (this.#adopted[adopted]?.row ?? Infinity) <= row; adopted++) {
        const { baseline, tickMs } = this.#adopted[adopted]!;
        heard.baseline(baseline, tickMs);
      }
      for (; tick < ticks.length && ticks[tick]! <= row; tick += 2) heard.tick(ticks[tick + 1]!);
      for (; (quotes[quote]?.row ?? Infinity) <= row; quote++) {
        const { batch, number } = quotes[quote]!;
        heard.quotes(batch, number);
      }
      return Math.min(
        this.#changes[changed]?.row ?? Infinity,
        this.#adopted[adopted]?.row ?? Infinity,
        quotes[quote]?.row ?? Infinity,
        tick < ticks.length ? ticks[tick]! : Infinity,
      );
    };
  }
}

function copyOf(batch: QuoteBatch): QuoteBatch {
  const { length } = batch;
  return {
    length,
    settledMs: batch.settledMs,
    contract: batch.contract.slice(0, length),
    atMs: batch.atMs.slice(0, length),
    bidE4: batch.bidE4.slice(0, length),
    askE4: batch.askE4.slice(0, length),
    bidSize: batch.bidSize.slice(0, length),
    askSize: batch.askSize.slice(0, length),
  };
}
