// The fast reader of an element: trades and quotes in the key order of the documentation, by words, without strings.
import { DAY_MS, HOUR_MS } from '../../domain/calendar.ts';
import { SIZE_MAX } from '../../domain/trade.ts';
import type { FrameRows, QuoteColumns, SequencedColumns } from './wire-rows.ts';
import { fourDigits, type FrameScratch, word } from './wire-scratch.ts';

const ZERO = 48;
const DOT = 46;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const CLOSE_BRACKET = 93;
const CLOSE_BRACE = 125;

/** So that numbers on the way stay small integers; longer ones are the careful reader's. */
const DIGITS_MAX = 9;
const ID_MAX = 0xffff;
/** Up to five digits of dollars: below the dearest price there may be. */
const DOLLARS_MAX = 99_999;
const TICKER_BYTES_MIN = 18;
const TICKER_BYTES_MAX = 23;
/** Bytes of an element before its ticker. */
export const HEAD_BYTES = 17;
/** The shortest element is longer, so that a frame has fewer than one in so many bytes. */
export const ELEMENT_BYTES_MIN = 64;
/** Rows of a session lie from the evening before (overnight trading) to the end of its day. */
export const EARLIEST_MS = -6 * HOUR_MS;
/** Milliseconds are read in two parts, the digits before the last five and those. */
const LOW_MS = 100_000;

const HEAD = word('{"ev');
const TRADE_HEAD = word('":"T');
const QUOTE_HEAD = word('":"Q');
const HEAD_SYM = word('","s');
const HEAD_END = word('ym":');
const X_KEY = word('","x');
const P_KEY = word(',"p"');
const S_KEY = word(',"s"');
const C_KEY = word(',"c"');
const OPEN_C = word(':[');
const T_KEY = word(',"t"');
const Q_KEY = word(',"q"');
const QUOTE_COLON = word('":');
const B_KEY = word('","b');
const X_COLON = word('x"');
const AX_KEY = word(',"ax');
const BP_KEY = word(',"bp');
const AP_KEY = word(',"ap');
const BS_KEY = word(',"bs');
const AS_KEY = word(',"as');

/**
 * Reads elements that stand exactly as documented into rows; everything else, other key orders, spaces, several
 * conditions, odd numbers, times that cannot be, is left to others, and nothing of it is written. A ticker is not
 * looked at: whoever finds no contract for it looks at the element again.
 */
export class ElementTemplate {
  readonly #scratch: FrameScratch;
  readonly #midnightHigh: number;
  readonly #midnightLow: number;
  /** The latest offset that may be, ms after midnight; set for each frame. */
  untilMs = 0;
  /** Where the last number ended. */
  #end = 0;

  constructor(scratch: FrameScratch, midnightMs: number) {
    this.#scratch = scratch;
    this.#midnightHigh = Math.floor(midnightMs / LOW_MS);
    this.#midnightLow = midnightMs % LOW_MS;
  }

  // HOT PATH: once a print.

  /** Reads the trade at `at` into a row there is room for; returns where it ends, 0 when it is not as documented. */
  trade(rows: FrameRows<SequencedColumns>, at: number): number {
    const { bytes, view, length } = this.#scratch;
    let p = this.#head(at, TRADE_HEAD, X_KEY);
    if (p === 0 || p > length || view.getInt16(p + 4, true) !== QUOTE_COLON) return 0;
    const tickerEnd = p;
    const exchange = this.#integer(p + 6);
    p = this.#end;
    if (exchange < 0 || exchange > ID_MAX || view.getInt32(p, true) !== P_KEY || bytes[p + 4] !== COLON)
      return 0;
    const priceE4 = this.#price(p + 5);
    p = this.#end;
    if (priceE4 < 0 || view.getInt32(p, true) !== S_KEY || bytes[p + 4] !== COLON) return 0;
    const size = this.#integer(p + 5);
    p = this.#end;
    if (size <= 0 || size > SIZE_MAX) return 0;
    let condition = 0;
    if (view.getInt32(p, true) === C_KEY) {
      if (view.getInt16(p + 4, true) !== OPEN_C) return 0;
      condition = this.#integer(p + 6);
      p = this.#end;
      if (condition < 0 || condition > ID_MAX || bytes[p++] !== CLOSE_BRACKET) return 0;
    }
    if (view.getInt32(p, true) !== T_KEY || bytes[p + 4] !== COLON) return 0;
    const atMs = this.#time(p + 5);
    p += 18;
    if (atMs < EARLIEST_MS || view.getInt32(p, true) !== Q_KEY || bytes[p + 4] !== COLON) return 0;
    const sequence = this.#long(p + 5);
    p = this.#end;
    if (sequence < 0 || bytes[p] !== CLOSE_BRACE || !isSeparator(bytes[p + 1])) return 0;
    const row = rows.length++;
    const { columns } = rows;
    rows.starts[row] = at + HEAD_BYTES;
    rows.ends[row] = tickerEnd;
    columns.atMs[row] = atMs;
    columns.priceE4[row] = priceE4;
    columns.size[row] = size;
    columns.condition[row] = condition;
    columns.exchange[row] = exchange;
    columns.sequence[row] = sequence;
    return p + 1;
  }

  /** Reads the quote at `at` into a row there is room for; returns where it ends, 0 when it is not as documented. */
  quote(rows: FrameRows<QuoteColumns>, at: number): number {
    const { bytes, view, length } = this.#scratch;
    let p = this.#head(at, QUOTE_HEAD, B_KEY);
    if (p === 0 || p > length || view.getInt16(p + 4, true) !== X_COLON || bytes[p + 6] !== COLON) return 0;
    const tickerEnd = p;
    if (this.#integer(p + 7) < 0 || this.#integer(this.#value(this.#end, AX_KEY)) < 0) return 0;
    const bidE4 = this.#price(this.#value(this.#end, BP_KEY));
    if (bidE4 < 0) return 0;
    const askE4 = this.#price(this.#value(this.#end, AP_KEY));
    if (askE4 < 0) return 0;
    const bidSize = this.#integer(this.#value(this.#end, BS_KEY));
    if (bidSize < 0 || bidSize > SIZE_MAX) return 0;
    const askSize = this.#integer(this.#value(this.#end, AS_KEY));
    if (askSize < 0 || askSize > SIZE_MAX) return 0;
    p = this.#end;
    if (view.getInt32(p, true) !== T_KEY || bytes[p + 4] !== COLON) return 0;
    const atMs = this.#time(p + 5);
    p += 18;
    if (atMs < EARLIEST_MS || view.getInt32(p, true) !== Q_KEY || bytes[p + 4] !== COLON) return 0;
    if (this.#long(p + 5) < 0) return 0;
    p = this.#end;
    if (bytes[p] !== CLOSE_BRACE || !isSeparator(bytes[p + 1])) return 0;
    const row = rows.length++;
    const { columns } = rows;
    rows.starts[row] = at + HEAD_BYTES;
    rows.ends[row] = tickerEnd;
    columns.atMs[row] = atMs;
    columns.bidE4[row] = bidE4;
    columns.askE4[row] = askE4;
    columns.bidSize[row] = bidSize;
    columns.askSize[row] = askSize;
    return p + 1;
  }

  /** Where the ticker of an element ends that begins as it must and has `next` behind it; 0 when it does not. */
  #head(at: number, kind: number, next: number): number {
    const { view, bytes } = this.#scratch;
    if (
      view.getInt32(at, true) !== HEAD ||
      view.getInt32(at + 4, true) !== kind ||
      view.getInt32(at + 8, true) !== HEAD_SYM ||
      view.getInt32(at + 12, true) !== HEAD_END ||
      bytes[at + 16] !== QUOTE
    )
      return 0;
    const last = at + HEAD_BYTES + TICKER_BYTES_MAX;
    for (let p = at + HEAD_BYTES + TICKER_BYTES_MIN; p <= last; p++)
      if (view.getInt32(p, true) === next) return p;
    return 0;
  }

  /** Where the value of a two-letter key begins; 0, where no digit ever stands, when the key is not at `at`. */
  #value(at: number, key: number): number {
    const { view } = this.#scratch;
    return view.getInt32(at, true) === key && view.getInt16(at + 4, true) === QUOTE_COLON ? at + 6 : 0;
  }

  /** An integer of at most nine digits; negative when none stands there as JSON writes it. */
  #integer(at: number): number {
    const { bytes } = this.#scratch;
    let p = at;
    let value = 0;
    for (let digit = bytes[p]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++p]! - ZERO)
      value = (Math.imul(value, 10) + digit) | 0;
    this.#end = p;
    const digits = p - at;
    // JSON has no leading zeros.
    return digits === 0 || digits > DIGITS_MAX || (digits > 1 && bytes[at] === ZERO) ? -1 : value;
  }

  /** Dollars with up to four places, as 1/10,000 dollar; negative when it is more or nothing. */
  #price(at: number): number {
    const { bytes } = this.#scratch;
    const dollars = this.#integer(at);
    if (dollars < 0 || dollars > DOLLARS_MAX) return -1;
    let p = this.#end;
    if (bytes[p] !== DOT) return dollars * 10_000;
    let value = dollars;
    const first = ++p;
    for (let digit = bytes[p]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++p]! - ZERO)
      value = (Math.imul(value, 10) + digit) | 0;
    this.#end = p;
    const places = p - first;
    if (places === 2) return value * 100;
    if (places === 1) return value * 1_000;
    if (places === 3) return value * 10;
    return places === 4 ? value : -1;
  }

  /** Thirteen digits of epoch ms as an offset from midnight; below all that may be when it is none of the session. */
  #time(at: number): number {
    const { view, bytes } = this.#scratch;
    const first = fourDigits(view.getInt32(at, true));
    const second = fourDigits(view.getInt32(at + 4, true));
    const third = fourDigits(view.getInt32(at + 8, true));
    const digit = bytes[at + 12]! - ZERO;
    if (first < 0 || second < 0 || third < 0 || digit < 0 || digit > 9) return EARLIEST_MS - 1;
    const high = first * 10_000 + second - this.#midnightHigh;
    // Two days either way: further is no session's, and would not be a small integer.
    if (high > (2 * DAY_MS) / LOW_MS || high < (-2 * DAY_MS) / LOW_MS) return EARLIEST_MS - 1;
    const atMs = high * LOW_MS + third * 10 + digit - this.#midnightLow;
    return atMs > this.untilMs ? EARLIEST_MS - 1 : atMs;
  }

  /** An integer of at most fifteen digits, put together of small parts; negative when none stands there. */
  #long(at: number): number {
    const { bytes, view } = this.#scratch;
    let p = at;
    let high = fourDigits(view.getInt32(p, true));
    if (high < 0) high = 0;
    else p += 4;
    let low = 0;
    let scale = 1;
    for (let digit = bytes[p]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++p]! - ZERO) {
      low = (Math.imul(low, 10) + digit) | 0;
      scale = Math.imul(scale, 10);
    }
    this.#end = p;
    const digits = p - at;
    if (digits === 0 || digits > 4 + DIGITS_MAX || (digits > 1 && bytes[at] === ZERO)) return -1;
    return high * scale + low;
  }
}

export function isSeparator(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACKET;
}
