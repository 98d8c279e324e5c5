// The quotes of an underlying's contracts: they wait until the prints have passed them, then they prevail.
import { THRESHOLD_WINDOW_MS } from './detectors/threshold.ts';
import type { Quote } from './quote.ts';
import { type PrevailingQuote, QuoteSmoother } from './smoothing.ts';

/** What is kept of a contract with quotes. */
interface QuotedContract {
  readonly smoother: QuoteSmoother;
  /** Quotes that prints were held against, the oldest first, with the time of the newest such print. */
  used: Array<{ readonly quote: Quote; lastUsedMs: number }>;
  /** Price of the last print held against a quote, and the last one different from it, 1/10,000 dollar; 0: none. */
  lastE4: number;
  differentE4: number;
}

/** Quotes are remembered while a print that was held against them can be in the window; cut off in blocks. */
const USED_BLOCK = 64;

function remember({ used }: QuotedContract, quote: Quote, atMs: number): void {
  const known = used.findLast((one) => one.quote === quote);
  if (known !== undefined) {
    known.lastUsedMs = Math.max(known.lastUsedMs, atMs);
    return;
  }
  if (used.length >= USED_BLOCK && used[0]!.lastUsedMs <= atMs - 2 * THRESHOLD_WINDOW_MS) {
    const kept = used.findIndex(({ lastUsedMs }) => lastUsedMs > atMs - 2 * THRESHOLD_WINDOW_MS);
    used.splice(0, kept < 0 ? used.length : kept);
  }
  used.push({ quote, lastUsedMs: atMs });
}

/** A print knows the quotes strictly before it, however quotes and prints were cut into batches. */
export class QuoteBook {
  /** By contract number; only contracts with quotes are in it. */
  readonly #quoted = new Map<number, QuotedContract>();
  /** Quotes that no print has passed yet, by event time. */
  readonly #ahead: Array<{ readonly contract: number; readonly quote: Quote }> = [];
  /** Quotes at the front of `#ahead` that have been handed on; they are cut off when they are the greater part. */
  #settled = 0;

  /** Quotes that wait. */
  get waiting(): number {
    return this.#ahead.length - this.#settled;
  }

  /** Takes a quote. One that comes late finds its place in time, so that a false time holds up nobody else. */
  add(contract: number, quote: Quote): void {
    const ahead = this.#ahead;
    let place = ahead.length;
    while (place > this.#settled && ahead[place - 1]!.quote.atMs > quote.atMs) place--;
    if (place === ahead.length) ahead.push({ contract, quote });
    else ahead.splice(place, 0, { contract, quote });
  }

  /** Hands the waiting quotes that are older than `beforeMs` to their contracts. */
  settle(beforeMs: number): void {
    const ahead = this.#ahead;
    while (this.#settled < ahead.length && ahead[this.#settled]!.quote.atMs < beforeMs) {
      const { contract, quote } = ahead[this.#settled++]!;
      let quoted = this.#quoted.get(contract);
      if (quoted === undefined) {
        quoted = { smoother: new QuoteSmoother(), used: [], lastE4: 0, differentE4: 0 };
        this.#quoted.set(contract, quoted);
      }
      quoted.smoother.update(quote);
    }
    if (this.#settled * 2 > ahead.length) {
      ahead.splice(0, this.#settled);
      this.#settled = 0;
    }
  }

  /** The quote of a contract that prevailed strictly before a print at `atMs`. */
  prevailing(contract: number, atMs: number): PrevailingQuote | null {
    this.settle(atMs);
    const quoted = this.#quoted.get(contract);
    const prevailing = quoted?.smoother.before(atMs) ?? null;
    if (quoted !== undefined && prevailing !== null) remember(quoted, prevailing.quote, atMs);
    return prevailing;
  }

  /** The quotes that prints of the contract after `afterMs` were held against, the oldest first. */
  usedSince(contract: number, afterMs: number): readonly Quote[] {
    const used = this.#quoted.get(contract)?.used ?? [];
    return used.flatMap(({ quote, lastUsedMs }) => (lastUsedMs > afterMs ? [quote] : []));
  }

  /**
   * The last price of the contract different from that of this print, 1/10,000 dollar; 0 when there is none. It must
   * be asked once a print that has a quote, in the order of the tape: so it does not depend on when quotes arrived.
   */
  differentPrice(contract: number, priceE4: number): number {
    const quoted = this.#quoted.get(contract);
    if (quoted === undefined) return 0;
    if (quoted.lastE4 !== priceE4) {
      quoted.differentE4 = quoted.lastE4;
      quoted.lastE4 = priceE4;
    }
    return quoted.differentE4;
  }
}
