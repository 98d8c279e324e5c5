// Quotes: the best bid and offer of a contract, and what a pair of them means.

/** The national best bid and offer of one contract at one moment. */
export interface Quote {
  /** Event time, ms after the session's New York midnight. */
  readonly atMs: number;
  /** 1/10,000 dollar; 0 when there is no bid. */
  readonly bidE4: number;
  /** 1/10,000 dollar; 0 when there is no offer. */
  readonly askE4: number;
  /** Contracts. */
  readonly bidSize: number;
  readonly askSize: number;
}

/** Quotes as columns, in the order of the tape. */
export interface QuoteBatch {
  readonly length: number;
  /** No print that is still to come is earlier than this (ms after midnight). */
  readonly settledMs: number;
  readonly contract: Int32Array;
  readonly atMs: Int32Array;
  readonly bidE4: Int32Array;
  readonly askE4: Int32Array;
  readonly bidSize: Int32Array;
  readonly askSize: Int32Array;
}

/** One row of a batch as an object. */
export function quoteAt(batch: QuoteBatch, row: number): Quote {
  return {
    atMs: batch.atMs[row]!,
    bidE4: batch.bidE4[row]!,
    askE4: batch.askE4[row]!,
    bidSize: batch.bidSize[row]!,
    askSize: batch.askSize[row]!,
  };
}

export type QuoteState = 'normal' | 'locked' | 'crossed' | 'one-sided' | 'empty';

/** What the pair of prices says: only a normal quote (bid below ask, both present) and a locked one have a mid. */
export function quoteState(quote: Pick<Quote, 'bidE4' | 'askE4'>): QuoteState {
  if (quote.askE4 <= 0) return quote.bidE4 <= 0 ? 'empty' : 'one-sided';
  // An offer without a bid is the ordinary quote of a worthless contract, and still not two-sided.
  if (quote.bidE4 <= 0) return 'one-sided';
  if (quote.bidE4 === quote.askE4) return 'locked';
  return quote.bidE4 > quote.askE4 ? 'crossed' : 'normal';
}

/** Twice the mid, 1/10,000 dollar: an integer, so that comparing with it stays exact. */
export function twiceMidE4(quote: Pick<Quote, 'bidE4' | 'askE4'>): number {
  return quote.bidE4 + quote.askE4;
}
