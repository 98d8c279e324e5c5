// Rows of the provider's flat files as bytes: its current layouts of trades and of quotes.
import type { DayContracts } from './day-contracts.ts';
import type { MarketDay } from './market.ts';
import { allRows, byContract } from './print-sink.ts';

/** Header of the trades file. */
export const TRADES_HEADER = 'ticker,conditions,correction,exchange,price,sip_timestamp,size\n';
/** Header of the quotes file. */
export const QUOTES_HEADER =
  'ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp\n';

/** Order of the rows of a trades file: as the provider has it, or as the day went. */
export type RowOrder = 'ticker' | 'time';

const CHUNK_BYTES = 1 << 20;
/** No row is longer: a ticker of 23 bytes, two prices of 11, a time of 19, and integers. */
const ROW_BYTES_MAX = 160;
const COMMA = 44;
const NEWLINE = 10;
const ZERO = 48;
const DOT = 46;

/** Writes text and numbers into a chunk of bytes; a full chunk is taken away and a fresh one begun. */
class RowWriter {
  #bytes = Buffer.allocUnsafe(CHUNK_BYTES);
  #at = 0;

  /** True when another row might not fit. */
  get full(): boolean {
    return this.#at > CHUNK_BYTES - ROW_BYTES_MAX;
  }

  /** The bytes written since the last call. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#at);
    // The stream still holds what was taken, so its memory is not written again.
    this.#bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    this.#at = 0;
    return taken;
  }

  text(text: string): void {
    this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  bytes(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    this.#at = at;
  }

  comma(): void {
    this.#bytes[this.#at++] = COMMA;
  }

  newline(): void {
    this.#bytes[this.#at++] = NEWLINE;
  }

  /** A non-negative integer below 2^31. */
  integer(value: number): void {
    let digits = 1;
    for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits++;
    this.#digits(value, digits);
  }

  #digits(value: number, digits: number): void {
    let left = value | 0;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const rest = (left / 10) | 0;
      this.#bytes[at] = ZERO + left - rest * 10;
      left = rest;
    }
    this.#at += digits;
  }

  /** 1/10,000 dollar as dollars without trailing zeros: 162000 is "16.2". */
  price(priceE4: number): void {
    const whole = (priceE4 / 10_000) | 0;
    this.integer(whole);
    let fraction = priceE4 - whole * 10_000;
    if (fraction === 0) return;
    let digits = 4;
    for (; fraction % 10 === 0; digits--) fraction /= 10;
    this.#bytes[this.#at++] = DOT;
    this.#digits(fraction, digits);
  }

  /** Epoch milliseconds as nanoseconds, 19 digits. */
  nanoseconds(epochMs: number): void {
    const high = Math.floor(epochMs / 1_000_000);
    this.#digits(high, 7);
    this.#digits(epochMs - high * 1_000_000, 6);
    this.#bytes.fill(ZERO, this.#at, this.#at + 6);
    this.#at += 6;
  }
}

/** All tickers of a day as bytes, one after the other. */
class TickerBytes {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;

  constructor(contracts: DayContracts) {
    const tickers = Array.from({ length: contracts.count }, (_, contract) => contracts.ticker(contract));
    this.starts = new Int32Array(contracts.count + 1);
    tickers.forEach((ticker, i) => (this.starts[i + 1] = this.starts[i]! + ticker.length));
    this.bytes = Buffer.from(tickers.join(''), 'latin1');
  }
}

// HOT PATH: once a print. Of a day's time on one core two fifths go into generation, a quarter
// is spent here, the rest in gzip.

/** The trades file of a day, in chunks. */
export function* tradeRows(day: MarketDay, order: RowOrder): Generator<Buffer, void> {
  const { columns, session } = day;
  const rows =
    order === 'time' ? null : byContract(allRows(day.length), columns.contract, day.contracts.count);
  const tickers = new TickerBytes(day.contracts);
  const writer = new RowWriter();
  writer.text(TRADES_HEADER);
  for (let i = 0; i < day.length; i++) {
    if (writer.full) yield writer.take();
    const row = rows === null ? i : rows[i]!;
    const contract = columns.contract[row]!;
    writer.bytes(tickers.bytes, tickers.starts[contract]!, tickers.starts[contract + 1]!);
    writer.comma();
    writer.integer(columns.condition[row]!);
    writer.comma();
    // The correction column, which the provider fills with 0: cancels come as conditions.
    writer.integer(0);
    writer.comma();
    writer.integer(columns.exchange[row]!);
    writer.comma();
    writer.price(columns.priceE4[row]!);
    writer.comma();
    writer.nanoseconds(session.midnightMs + columns.atMs[row]!);
    writer.comma();
    writer.integer(columns.size[row]!);
    writer.newline();
  }
  yield writer.take();
}

// END OF HOT PATH.

/** The quotes file of some contracts of a day (ascending numbers), in chunks. */
export function* quoteRows(day: MarketDay, contracts: readonly number[]): Generator<Buffer, void> {
  const writer = new RowWriter();
  writer.text(QUOTES_HEADER);
  for (const contract of contracts) {
    const ticker = day.contracts.ticker(contract);
    const quotes = day.quotes(contract);
    for (let row = 0; row < quotes.length; row++) {
      if (writer.full) yield writer.take();
      writer.text(ticker);
      writer.comma();
      writer.integer(quotes.askExchange[row]!);
      writer.comma();
      writer.price(quotes.askE4[row]!);
      writer.comma();
      writer.integer(quotes.askSize[row]!);
      writer.comma();
      writer.integer(quotes.bidExchange[row]!);
      writer.comma();
      writer.price(quotes.bidE4[row]!);
      writer.comma();
      writer.integer(quotes.bidSize[row]!);
      writer.comma();
      writer.integer(row + 1);
      writer.comma();
      writer.nanoseconds(day.session.midnightMs + quotes.atMs[row]!);
      writer.newline();
    }
  }
  yield writer.take();
}
