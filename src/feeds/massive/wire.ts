// The wire: a frame of the provider's websocket, from its bytes straight into columns.
import { parseTicker } from '../../domain/contract.ts';
import { type ContractTable, NOT_A_CONTRACT } from '../../domain/contract-table.ts';
import { DAY_MS, HOUR_MS } from '../../domain/calendar.ts';
import type { QuoteBatch } from '../../domain/quote.ts';
import type { Session } from '../../domain/session.ts';
import type { TradeBatch } from '../../domain/trade.ts';
import { RejectCounts } from './rejects.ts';
import type { WireStatus } from './statuses.ts';
import { readElement } from './wire-element.ts';
import { quoteRows, tradeRows } from './wire-rows.ts';
import { ElementTemplate } from './wire-template.ts';

/** A print further ahead of its receipt is set aside: somebody's clock is wrong. */
export const AHEAD_MS_MAX = 5_000;
/** How late a print may come before quotes stop waiting for it. */
export const LATENESS_MS = 2_000;
/** Rows of a session lie from the evening before (overnight trading) to the end of its day. */
const EARLIEST_MS = -6 * HOUR_MS;

/** What a frame held. Batches own their columns; a kind that the frame does not have is null. */
export interface WireFrame {
  readonly trades: TradeBatch | null;
  /** Aggregates, of seconds or minutes: a row is the whole volume of a window, at its last millisecond. */
  readonly minutes: TradeBatch | null;
  readonly quotes: QuoteBatch | null;
  readonly statuses: readonly WireStatus[];
}

/** Elements so far, each in exactly one count. */
export interface WireCounts {
  readonly frames: number;
  readonly trades: number;
  readonly minutes: number;
  readonly quotes: number;
  readonly statuses: number;
  /** Elements that cannot be read. */
  readonly rejected: number;
  /** Elements well written whose time cannot be: another session's, or too far ahead of their receipt. */
  readonly setAside: number;
}

export interface WireSettings {
  readonly session: Session;
  readonly table: ContractTable;
}

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const COMMA = 44;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
/** How the next element begins after one that is broken beyond its own end. */
const NEXT_ELEMENT = Buffer.from(',{"ev":', 'latin1');

/** Decodes the frames of one session. Never throws on data. */
export class WireDecoder {
  /** Why elements were rejected, with samples. */
  readonly rejects = new RejectCounts();
  /** Why elements were set aside, with samples. */
  readonly setAside = new RejectCounts();
  readonly #session: Session;
  readonly #table: ContractTable;
  readonly #template = new ElementTemplate();
  readonly #trades = tradeRows();
  readonly #minutes = tradeRows();
  readonly #quotes = quoteRows();
  #statuses: WireStatus[] = [];
  #counts = { frames: 0, trades: 0, minutes: 0, quotes: 0, statuses: 0 };
  #nextRow = 0;
  /** The latest event time seen, ms after midnight. */
  #latestMs = EARLIEST_MS;
  #receivedAtMs = 0;

  constructor({ session, table }: WireSettings) {
    this.#session = session;
    this.#table = table;
  }

  /** Counts since the beginning. */
  get counts(): WireCounts {
    return { ...this.#counts, rejected: this.rejects.total, setAside: this.setAside.total };
  }

  /** Decodes a frame that was received at `receivedAtMs` (epoch ms). */
  decode(bytes: Buffer, receivedAtMs: number): WireFrame {
    this.#receivedAtMs = receivedAtMs;
    this.#counts.frames++;
    this.#statuses = [];
    const at = skipBlanks(bytes, 0);
    if (bytes[at] === OPEN_BRACKET) this.#readArray(bytes, skipBlanks(bytes, at + 1));
    else if (bytes[at] === OPEN_BRACE) this.#readCarefully(bytes, at, bytes.length);
    else this.#reject('frame is not a JSON array', bytes, at, bytes.length);
    return this.#finish(bytes);
  }

  // HOT PATH: once an element.

  #readArray(bytes: Buffer, first: number): void {
    if (bytes[first] === CLOSE_BRACKET) return this.#closeArray(bytes, first);
    for (let at = first; ;) {
      const template = this.#template;
      let end = template.trade(bytes, at);
      if (end > 0 && isSeparator(bytes[end])) this.#takeTrade(bytes, at, end);
      else if ((end = template.quote(bytes, at)) > 0 && isSeparator(bytes[end]))
        this.#takeQuote(bytes, at, end);
      else {
        end = endOfElement(bytes, at);
        if (end === bytes.length) end = this.#resume(bytes, at, end);
        else end = this.#readCarefully(bytes, at, end);
        if (end === bytes.length) return;
      }
      if (bytes[end] === CLOSE_BRACKET) return this.#closeArray(bytes, end);
      at = skipBlanks(bytes, end + 1);
    }
  }

  #takeTrade(bytes: Buffer, at: number, end: number): void {
    const { tickerStart, tickerEnd, epochMs, priceE4, size, condition, exchange, sequence } = this.#template;
    const atMs = this.#placeInTime(epochMs, bytes, at, end);
    if (atMs === null) return;
    const rows = this.#trades;
    const row = rows.add(tickerStart, tickerEnd, atMs);
    rows.columns.priceE4[row] = priceE4;
    rows.columns.size[row] = size;
    rows.columns.condition[row] = condition;
    rows.columns.exchange[row] = exchange;
    rows.columns.sequence[row] = sequence;
  }

  #takeQuote(bytes: Buffer, at: number, end: number): void {
    const { tickerStart, tickerEnd, epochMs, bidE4, askE4, bidSize, askSize } = this.#template;
    const atMs = this.#placeInTime(epochMs, bytes, at, end);
    if (atMs === null) return;
    const rows = this.#quotes;
    const row = rows.add(tickerStart, tickerEnd, atMs);
    rows.columns.bidE4[row] = bidE4;
    rows.columns.askE4[row] = askE4;
    rows.columns.bidSize[row] = bidSize;
    rows.columns.askSize[row] = askSize;
  }

  /** Offset from the session's midnight; null, and counted, when the element is not of this session or of now. */
  #placeInTime(epochMs: number, bytes: Buffer, start: number, end: number): number | null {
    const atMs = epochMs - this.#session.midnightMs;
    if (epochMs > this.#receivedAtMs + AHEAD_MS_MAX) {
      this.setAside.add('time is ahead of receipt', () => bytes.toString('utf8', start, end));
      return null;
    }
    if (atMs < EARLIEST_MS || atMs >= DAY_MS) {
      this.setAside.add('time is of another session', () => bytes.toString('utf8', start, end));
      return null;
    }
    if (atMs > this.#latestMs) this.#latestMs = atMs;
    return atMs;
  }

  // END OF HOT PATH

  #closeArray(bytes: Buffer, bracket: number): void {
    const rest = skipBlanks(bytes, bracket + 1);
    if (rest < bytes.length) this.#reject('bytes after the end of the frame', bytes, rest, bytes.length);
  }

  /** Reads the element in bytes `start` to `end` as JSON; returns where to go on. */
  #readCarefully(bytes: Buffer, start: number, end: number): number {
    const element = readElement(bytes.toString('utf8', start, end));
    if (element === undefined) return this.#resume(bytes, start, end);
    if (element.kind === 'fault') this.#reject(element.reason, bytes, start, end);
    else if (element.kind === 'status') {
      this.#counts.statuses++;
      this.#statuses.push({ status: element.status, message: element.message });
    } else {
      const number = element.ticker.startsWith('O:')
        ? this.#table.internTicker(element.ticker)
        : NOT_A_CONTRACT;
      if (typeof number !== 'number' || number === NOT_A_CONTRACT) {
        this.#reject(tickerFault(element.ticker), bytes, start, end);
        return end;
      }
      const atMs = this.#placeInTime(element.epochMs, bytes, start, end);
      if (atMs === null) return end;
      if (element.kind === 'quote') this.#quotes.push(number, atMs, element);
      else if (element.kind === 'trade') this.#trades.push(number, atMs, element);
      else this.#minutes.push(number, atMs, element);
    }
    return end;
  }

  /** Rejects what is broken and returns where the next element seems to begin, so that it is not lost as well. */
  #resume(bytes: Buffer, start: number, end: number): number {
    const next = bytes.indexOf(NEXT_ELEMENT, start + 1);
    if (next > 0 && next < end) {
      this.#reject('element is not JSON', bytes, start, next);
      return next;
    }
    this.#reject(end === bytes.length ? 'frame is cut off' : 'element is not JSON', bytes, start, end);
    return end;
  }

  #reject(reason: string, bytes: Buffer, start: number, end: number): void {
    this.rejects.add(reason, () => bytes.toString('utf8', start, end));
  }

  #finish(bytes: Buffer): WireFrame {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const onFault = (start: number, end: number): void =>
      this.#reject(tickerFault(bytes.toString('latin1', start, end)), bytes, start, end);
    const trades = this.#trades.take(this.#table, view, onFault);
    const minutes = this.#minutes.take(this.#table, view, onFault);
    const quotes = this.#quotes.take(this.#table, view, onFault);
    this.#counts.trades += trades?.length ?? 0;
    this.#counts.minutes += minutes?.length ?? 0;
    this.#counts.quotes += quotes?.length ?? 0;
    const tape = this.#session;
    const numbered = (length: number): number => (this.#nextRow += length) - length;
    return {
      trades: trades && { session: tape, kind: 'trades', firstRow: numbered(trades.length), ...trades },
      minutes: minutes && {
        session: tape,
        kind: 'minutes',
        firstRow: numbered(minutes.length),
        ...minutes,
        sequence: null,
      },
      quotes: quotes && { settledMs: this.#latestMs - LATENESS_MS, ...quotes },
      statuses: this.#statuses,
    };
  }
}

function isSeparator(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACKET;
}

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! <= SPACE) at++;
  return at;
}

/** Where the comma or bracket stands that ends the element at `start`; the frame's length when none does. */
function endOfElement(bytes: Buffer, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (quoted) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (depth === 0 && isSeparator(byte)) return at;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return bytes.length;
}

function tickerFault(ticker: string): string {
  const parsed = parseTicker(ticker);
  return 'fault' in parsed ? parsed.fault : 'ticker does not begin with O:';
}
