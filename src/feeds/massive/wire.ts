// The wire: a frame of the provider's websocket, from its bytes straight into columns.
import { parseTicker } from '../../domain/contract.ts';
import { type ContractTable, NOT_A_CONTRACT } from '../../domain/contract-table.ts';
import { DAY_MS } from '../../domain/calendar.ts';
import type { QuoteBatch } from '../../domain/quote.ts';
import type { Session } from '../../domain/session.ts';
import type { TapeKind, TradeBatch } from '../../domain/trade.ts';
import { RejectCounts } from './rejects.ts';
import type { WireStatus } from './statuses.ts';
import { endOfElement, skipBlanks } from './wire-bounds.ts';
import { readElement, type WireElement } from './wire-element.ts';
import {
  type FrameRows,
  type QuoteColumns,
  quoteRows,
  type SequencedColumns,
  tradeRows,
} from './wire-rows.ts';
import { FrameScratch } from './wire-scratch.ts';
import { EARLIEST_MS, ELEMENT_BYTES_MIN, ElementTemplate, HEAD_BYTES } from './wire-template.ts';

/** A print further ahead of its receipt is set aside: somebody's clock is wrong. */
export const AHEAD_MS_MAX = 5_000;
/** How late a print may come before quotes stop waiting for it. */
export const LATENESS_MS = 2_000;

/** What a frame held, valid until the next is decoded; a kind that the frame does not have is null. */
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
const SPACE = 32;
const NO_STATUSES: WireStatus[] = [];
/** How the next element begins after one that is broken beyond its own end. */
const NEXT_ELEMENT = Buffer.from(',{"ev":', 'latin1');

type TradeElement = Extract<WireElement, { readonly kind: 'trade' | 'minute' }>;
type WireRowElement = Extract<WireElement, { readonly ticker: string }>;

/** Decodes the frames of one session. Never throws on data. */
export class WireDecoder {
  /** Why elements were rejected, with samples. */
  readonly rejects = new RejectCounts();
  /** Why elements were set aside, with samples. */
  readonly setAside = new RejectCounts();
  readonly #session: Session;
  readonly #table: ContractTable;
  readonly #scratch = new FrameScratch();
  readonly #template: ElementTemplate;
  readonly #trades = tradeRows();
  readonly #minutes = tradeRows();
  readonly #quotes = quoteRows();
  #statuses: WireStatus[] = NO_STATUSES;
  #counts = { frames: 0, trades: 0, minutes: 0, quotes: 0, statuses: 0 };
  #nextRow = 0;
  /** The latest event time seen, ms after midnight. */
  #latestMs = EARLIEST_MS;
  #receivedAtMs = 0;

  constructor({ session, table }: WireSettings) {
    this.#session = session;
    this.#table = table;
    this.#template = new ElementTemplate(this.#scratch, session.midnightMs);
  }

  /** Counts since the beginning. */
  get counts(): WireCounts {
    return { ...this.#counts, rejected: this.rejects.total, setAside: this.setAside.total };
  }

  /** Decodes a frame that was received at `receivedAtMs` (epoch ms). */
  decode(bytes: Buffer, receivedAtMs: number): WireFrame {
    this.#receivedAtMs = receivedAtMs;
    this.#counts.frames++;
    this.#statuses = NO_STATUSES;
    this.#scratch.load(bytes);
    this.#template.untilMs = Math.min(DAY_MS - 1, receivedAtMs + AHEAD_MS_MAX - this.#session.midnightMs);
    const at = skipBlanks(bytes, 0);
    if (bytes[at] === OPEN_BRACKET) this.#readArray(bytes, skipBlanks(bytes, at + 1));
    else if (bytes[at] === OPEN_BRACE) this.#readCarefully(bytes, at, bytes.length);
    else this.#reject('frame is not a JSON array', bytes, at, bytes.length);
    return this.#finish(bytes);
  }

  // HOT PATH: once an element.

  #readArray(bytes: Buffer, first: number): void {
    if (bytes[first] === CLOSE_BRACKET) return this.#closeArray(bytes, first);
    const template = this.#template;
    const trades = this.#trades;
    const quotes = this.#quotes;
    const most = Math.ceil(bytes.length / ELEMENT_BYTES_MIN);
    trades.reserve(most);
    for (let at = first; ;) {
      let end = template.trade(trades, at);
      if (end === 0) {
        quotes.reserve(most);
        end = template.quote(quotes, at);
      }
      if (end === 0) {
        end = this.#readOther(bytes, at);
        // What is read carefully takes room that was reserved, and may be any number of elements.
        trades.reserve(most);
      }
      if (end === bytes.length) return;
      if (bytes[end] === CLOSE_BRACKET) return this.#closeArray(bytes, end);
      at = bytes[end + 1]! > SPACE ? end + 1 : skipBlanks(bytes, end + 1);
    }
  }

  // END OF HOT PATH

  /** Reads an element that is not as documented; returns where to go on. */
  #readOther(bytes: Buffer, at: number): number {
    const end = endOfElement(bytes, at);
    return end === bytes.length ? this.#resume(bytes, at, end) : this.#readCarefully(bytes, at, end);
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
    return atMs;
  }

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
      this.#statuses = [...this.#statuses, { status: element.status, message: element.message }];
    } else {
      const number = this.#contractOf(element.ticker);
      if (number === NOT_A_CONTRACT) {
        this.#reject(tickerFault(element.ticker), bytes, start, end);
        return end;
      }
      const atMs = this.#placeInTime(element.epochMs, bytes, start, end);
      if (atMs === null) return end;
      this.#addRow(element, number, atMs);
    }
    return end;
  }

  #contractOf(ticker: string): number {
    const number = ticker.startsWith('O:') ? this.#table.internTicker(ticker) : NOT_A_CONTRACT;
    return typeof number === 'number' ? number : NOT_A_CONTRACT;
  }

  #addRow(element: WireRowElement, contract: number, atMs: number): void {
    if (element.kind === 'quote') {
      const { columns } = this.#quotes;
      const row = this.#quotes.add(contract, atMs);
      columns.bidE4[row] = element.bidE4;
      columns.askE4[row] = element.askE4;
      columns.bidSize[row] = element.bidSize;
      columns.askSize[row] = element.askSize;
      return;
    }
    const rows = element.kind === 'trade' ? this.#trades : this.#minutes;
    writeTrade(rows.columns, rows.add(contract, atMs), element);
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
    const trades = this.#tradesOf('trades', this.#trades, bytes);
    const minutes = this.#tradesOf('minutes', this.#minutes, bytes);
    const quotes = this.#quotesOf(bytes);
    return { trades, minutes, quotes, statuses: this.#statuses };
  }

  #tradesOf(kind: TapeKind, rows: FrameRows<SequencedColumns>, bytes: Buffer): TradeBatch | null {
    const length = rows.settle(this.#table, this.#scratch, (row) => this.#rescue(rows, row, bytes));
    if (length === 0) return null;
    this.#counts[kind] += length;
    const { contract, atMs, priceE4, size, condition, exchange, sequence } = rows.columns;
    this.#keepLatest(atMs, length);
    const firstRow = this.#nextRow;
    this.#nextRow += length;
    const columns = { contract, atMs, priceE4, size, condition, exchange };
    return {
      session: this.#session,
      kind,
      length,
      firstRow,
      ...columns,
      sequence: kind === 'trades' ? sequence : null,
    };
  }

  #quotesOf(bytes: Buffer): QuoteBatch | null {
    const rows = this.#quotes;
    const length = rows.settle(this.#table, this.#scratch, (row) => this.#rescue(rows, row, bytes));
    if (length === 0) return null;
    this.#counts.quotes += length;
    this.#keepLatest(rows.columns.atMs, length);
    return { settledMs: this.#latestMs - LATENESS_MS, length, ...rows.columns };
  }

  #keepLatest(atMs: Int32Array, length: number): void {
    for (let row = 0; row < length; row++) if (atMs[row]! > this.#latestMs) this.#latestMs = atMs[row]!;
  }

  /** The contract of a row whose ticker, as it stands in the bytes, is none: it may be written with escapes. */
  #rescue(rows: FrameRows<SequencedColumns | QuoteColumns>, row: number, bytes: Buffer): number {
    const start = rows.starts[row]! - HEAD_BYTES;
    const end = endOfElement(bytes, start);
    const element = readElement(bytes.toString('utf8', start, end));
    if (element === undefined || element.kind === 'status' || element.kind === 'fault') {
      this.#reject(element?.kind === 'fault' ? element.reason : 'element is not JSON', bytes, start, end);
      return NOT_A_CONTRACT;
    }
    const contract = this.#contractOf(element.ticker);
    if (contract === NOT_A_CONTRACT) this.#reject(tickerFault(element.ticker), bytes, start, end);
    return contract;
  }
}

function writeTrade(columns: SequencedColumns, row: number, element: TradeElement): void {
  columns.priceE4[row] = element.priceE4;
  columns.size[row] = element.size;
  columns.condition[row] = element.condition;
  columns.exchange[row] = element.exchange;
  columns.sequence[row] = element.sequence;
}

function tickerFault(ticker: string): string {
  const parsed = parseTicker(ticker);
  if ('fault' in parsed) return parsed.fault;
  return ticker.startsWith('O:') ? 'more contracts than the table holds' : 'ticker does not begin with O:';
}
