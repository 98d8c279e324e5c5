// The quotes of an underlying's contracts: they wait until the prints have passed them, then they prevail.
import type { Quote } from './quote.ts';
import { type PrevailingQuote, QuoteSmoother } from './smoothing.ts';

/** A print knows the quotes strictly before it, however quotes and prints were cut into batches. */
export class QuoteBook {
  /** Smoothed quotes by contract number; only contracts with quotes are in it. */
  readonly #smoothers = new Map<number, QuoteSmoother>();
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
      let smoother = this.#smoothers.get(contract);
      if (smoother === undefined) this.#smoothers.set(contract, (smoother = new QuoteSmoother()));
      smoother.update(quote);
    }
    if (this.#settled * 2 > ahead.length) {
      ahead.splice(0, this.#settled);
      this.#settled = 0;
    }
  }

  /** The quote of a contract that prevailed strictly before a print at `atMs`. */
  prevailing(contract: number, atMs: number): PrevailingQuote | null {
    this.settle(atMs);
    return this.#smoothers.get(contract)?.before(atMs) ?? null;
  }
}
