// The fast reader of an element: trades and quotes in the key order of the documentation, byte by byte, no strings.
import { SIZE_MAX } from '../../domain/trade.ts';

const ZERO = 48;
const NINE = 57;
const DOT = 46;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const CLOSE_BRACE = 125;
const KEY_X = 120;
const KEY_P = 112;
const KEY_S = 115;
const KEY_C = 99;
const KEY_T = 116;
const KEY_Q = 113;

/** A longer ticker is none, and is left to the careful reader to say so. */
const TICKER_BYTES_MAX = 32;
/** So that ids, sizes and their digits on the way stay small integers; longer ones are the careful reader's. */
const DIGITS_MAX = 9;
const ID_MAX = 0xffff;

const literal = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

const TRADE = literal('{"ev":"T","sym":"');
const QUOTE_HEAD = literal('{"ev":"Q","sym":"');
const BID_EXCHANGE = literal(',"bx":');
const ASK_EXCHANGE = literal(',"ax":');
const BID = literal(',"bp":');
const ASK = literal(',"ap":');
const BID_SIZE = literal(',"bs":');
const ASK_SIZE = literal(',"as":');

/**
 * Reads one element at a time into its own fields, which are valid until the next is read. It takes only what it can
 * read exactly; everything else, other key orders, spaces, several conditions, odd numbers, is the careful reader's.
 */
export class ElementTemplate {
  /** Byte range of the ticker. */
  tickerStart = 0;
  tickerEnd = 0;
  exchange = 0;
  /** 1/10,000 dollar. */
  priceE4 = 0;
  size = 0;
  condition = 0;
  epochMs = 0;
  sequence = 0;
  bidE4 = 0;
  askE4 = 0;
  bidSize = 0;
  askSize = 0;
  #number = 0;
  #wide = 0;

  // HOT PATH: once a print.

  /** Reads the trade that begins at `at`; returns where it ends, or 0 when it is not written as documented. */
  trade(bytes: Uint8Array, at: number): number {
    let p = this.#ticker(bytes, at, TRADE);
    if (p === 0 || (p = this.#integer(bytes, afterKey(bytes, p, KEY_X))) === 0 || this.#number > ID_MAX)
      return 0;
    this.exchange = this.#number;
    if ((p = this.#price(bytes, afterKey(bytes, p, KEY_P))) === 0) return 0;
    this.priceE4 = this.#number;
    p = this.#integer(bytes, afterKey(bytes, p, KEY_S));
    if (p === 0 || this.#number === 0 || this.#number > SIZE_MAX) return 0;
    this.size = this.#number;
    p = afterKey(bytes, p, KEY_C);
    if (p === 0 || bytes[p] !== OPEN_BRACKET) return 0;
    if ((p = this.#integer(bytes, p + 1)) === 0 || this.#number > ID_MAX) return 0;
    this.condition = this.#number;
    if (bytes[p] !== CLOSE_BRACKET) return 0;
    return this.#timeAndSequence(bytes, p + 1);
  }

  /** Reads the quote that begins at `at`; returns where it ends, or 0 when it is not written as documented. */
  quote(bytes: Uint8Array, at: number): number {
    let p = this.#ticker(bytes, at, QUOTE_HEAD);
    if (p === 0 || (p = this.#integer(bytes, skip(bytes, p, BID_EXCHANGE))) === 0) return 0;
    if ((p = this.#integer(bytes, skip(bytes, p, ASK_EXCHANGE))) === 0) return 0;
    if ((p = this.#price(bytes, skip(bytes, p, BID))) === 0) return 0;
    this.bidE4 = this.#number;
    if ((p = this.#price(bytes, skip(bytes, p, ASK))) === 0) return 0;
    this.askE4 = this.#number;
    if ((p = this.#integer(bytes, skip(bytes, p, BID_SIZE))) === 0) return 0;
    this.bidSize = this.#number;
    if ((p = this.#integer(bytes, skip(bytes, p, ASK_SIZE))) === 0) return 0;
    this.askSize = this.#number;
    return this.#timeAndSequence(bytes, p);
  }

  /** The ticker behind the head of an element; returns where it ends, behind the closing quote. */
  #ticker(bytes: Uint8Array, at: number, head: Uint8Array): number {
    const start = skip(bytes, at, head);
    if (start === 0) return 0;
    let p = start;
    for (let byte = bytes[p]; byte !== QUOTE; byte = bytes[++p]) {
      if (byte === undefined || byte === BACKSLASH || p - start > TICKER_BYTES_MAX) return 0;
    }
    this.tickerStart = start;
    this.tickerEnd = p;
    return p + 1;
  }

  /** An integer of at most nine digits, which stays a small integer; 0 at 0, where no key was found. */
  #integer(bytes: Uint8Array, at: number): number {
    if (at === 0) return 0;
    let p = at;
    let value = 0;
    for (let byte = bytes[p]!; byte >= ZERO && byte <= NINE; byte = bytes[++p]!) {
      if (p - at === DIGITS_MAX) return 0;
      value = value * 10 + byte - ZERO;
    }
    // JSON has no leading zeros.
    if (p === at || (p > at + 1 && bytes[at] === ZERO)) return 0;
    this.#number = value;
    return p;
  }

  /** Up to five digits of dollars and up to four of their parts. */
  #price(bytes: Uint8Array, at: number): number {
    let p = this.#integer(bytes, at);
    if (p === 0 || p - at > 5) return 0;
    let value = this.#number;
    let scale = 10_000;
    if (bytes[p] === DOT) {
      for (let byte = bytes[++p]!; byte >= ZERO && byte <= NINE; byte = bytes[++p]!) {
        if (scale === 1) return 0;
        scale /= 10;
        value = value * 10 + byte - ZERO;
      }
      if (scale === 10_000) return 0;
    }
    this.#number = value * scale;
    return p;
  }

  /** The last two keys and the end of an element. */
  #timeAndSequence(bytes: Uint8Array, at: number): number {
    let p = this.#long(bytes, afterKey(bytes, at, KEY_T));
    if (p === 0) return 0;
    this.epochMs = this.#wide;
    if ((p = this.#long(bytes, afterKey(bytes, p, KEY_Q))) === 0) return 0;
    this.sequence = this.#wide;
    return bytes[p] === CLOSE_BRACE ? p + 1 : 0;
  }

  /** An integer of at most fifteen digits, put together of two small halves. */
  #long(bytes: Uint8Array, at: number): number {
    if (at === 0) return 0;
    let p = at;
    let high = 0;
    let byte = bytes[p]!;
    for (const stop = at + 8; p < stop && byte >= ZERO && byte <= NINE; byte = bytes[++p]!) {
      high = high * 10 + byte - ZERO;
    }
    let low = 0;
    let scale = 1;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[++p]!) {
      if (scale === 10_000_000) return 0;
      low = low * 10 + byte - ZERO;
      scale *= 10;
    }
    if (p === at || (p > at + 1 && bytes[at] === ZERO)) return 0;
    this.#wide = high * scale + low;
    return p;
  }
}

/** Where the value of a one-letter key begins, 0 when the key does not stand at `at`. */
function afterKey(bytes: Uint8Array, at: number, letter: number): number {
  const found =
    bytes[at] === COMMA &&
    bytes[at + 1] === QUOTE &&
    bytes[at + 2] === letter &&
    bytes[at + 3] === QUOTE &&
    bytes[at + 4] === COLON;
  return found ? at + 5 : 0;
}

/** Where `expected` ends when it stands at `at`, 0 when it does not. */
function skip(bytes: Uint8Array, at: number, expected: Uint8Array): number {
  const length = expected.length;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== expected[i]) return 0;
  return at + length;
}
