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
 * The quotes of one contract. It keeps the newest two-sided quote that stood for the flicker time, and the one that
 * may still; crossed, one-sided and empty quotes end what they replace and are passed over, so that the last quote
 * that stood bridges them until it is too old.
 * Mid prices are never averaged: an average is stale exactly when the underlying moves.
 */
export class QuoteSmoother {
  readonly #settings: SmoothingSettings;
  #believed: Quote | null = null;
  /** The newest quote, as long as it is younger than the flicker time. */
  #young: Quote | null = null;
  #newestMs = -Infinity;

  constructor(settings: SmoothingSettings = DEFAULT_SMOOTHING) {
    this.#settings = settings;
  }

  /** Takes the next quote of the contract, in the order of the tape; one older than the newest is passed over. */
  update(quote: Quote): void {
    if (quote.atMs < this.#newestMs) return;
    this.#newestMs = quote.atMs;
    this.#settle(quote.atMs);
    const state = quoteState(quote);
    this.#young = state === 'normal' || state === 'locked' ? quote : null;
  }

  /**
   * The quote that prevailed strictly before a print at `atMs`; null when there is none, when it is too old, and
   * for a late print that the quotes have already passed.
   */
  before(atMs: number): PrevailingQuote | null {
    this.#settle(atMs);
    const believed = this.#usable(this.#believed, atMs);
    const young = this.#usable(this.#young, atMs);
    const quote = believed ?? young;
    if (quote === null) return null;
    return { quote, ageMs: atMs - quote.atMs, smoothed: young !== null && young !== quote };
  }

  #usable(quote: Quote | null, atMs: number): Quote | null {
    const usable = quote !== null && quote.atMs < atMs && atMs - quote.atMs <= this.#settings.ageMsMax;
    return usable ? quote : null;
  }

  /** Believes the young quote once it has stood for the flicker time. */
  #settle(nowMs: number): void {
    if (this.#young === null || nowMs - this.#young.atMs < this.#settings.flickerMs) return;
    this.#believed = this.#young;
    this.#young = null;
  }
}
