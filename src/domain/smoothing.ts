// The quote that prevails: the last believable one before a print, with flicker rejected and its age known.
import { type Quote, quoteState } from './quote.ts';

/** When a quote is believed. */
export interface SmoothingSettings {
  /** A quote younger than this has not proved itself: the one before it prevails. */
  readonly flickerMs: number;
  /** A quote older than this says nothing about a print. */
  readonly ageMsMax: number;
}

/** 10 ms is the life of quotes that no one could trade on; after a minute without a quote the feed has lost it. */
export const DEFAULT_SMOOTHING: SmoothingSettings = { flickerMs: 10, ageMsMax: 60_000 };

/** The quote a print is compared with. */
export interface PrevailingQuote {
  readonly quote: Quote;
  /** Print time minus quote time, ms. */
  readonly ageMs: number;
  /** True when a younger quote was passed over as flicker. */
  readonly smoothed: boolean;
}

/**
 * The quotes of one contract. It keeps the newest two-sided quote that lasted, and those still on probation;
 * crossed, one-sided and empty quotes are passed over, so the last good one bridges them until it is too old.
 * Mid prices are never averaged: an average is stale exactly when the underlying moves.
 */
export class QuoteSmoother {
  readonly #settings: SmoothingSettings;
  #believed: Quote | null = null;
  /** Quotes younger than the flicker time at the last update, oldest first. */
  #probation: Quote[] = [];

  constructor(settings: SmoothingSettings = DEFAULT_SMOOTHING) {
    this.#settings = settings;
  }

  /** Takes the next quote of the contract, in the order of the tape. */
  update(quote: Quote): void {
    const state = quoteState(quote);
    this.#settle(quote.atMs);
    // What a crossed or empty quote replaced within the flicker time is gone from the market as well.
    if (state !== 'normal' && state !== 'locked') return;
    this.#probation.push(quote);
  }

  /** The quote that prevailed strictly before a print at `atMs`; null when there is none or it is too old. */
  before(atMs: number): PrevailingQuote | null {
    this.#settle(atMs);
    const earlier = this.#probation.filter((quote) => quote.atMs < atMs);
    const quote = this.#believed ?? earlier[0] ?? null;
    if (quote === null || atMs - quote.atMs > this.#settings.ageMsMax) return null;
    const smoothed = earlier.length > 0 && earlier.at(-1) !== quote;
    return { quote, ageMs: atMs - quote.atMs, smoothed };
  }

  /** Believes every quote that stood for the flicker time; one that was replaced sooner is dropped. */
  #settle(nowMs: number): void {
    while (this.#probation.length > 0) {
      const [candidate, next] = this.#probation;
      const endMs = next?.atMs ?? nowMs;
      if (endMs - candidate!.atMs >= this.#settings.flickerMs) this.#believed = candidate!;
      else if (next === undefined) return;
      this.#probation.shift();
    }
  }
}
