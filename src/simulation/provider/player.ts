// The player: hands out a simulated day as its prints fall due on a clock, whatever the clock's speed.
import { type Clock, ScaledClock, type Timer } from '../../lib/clock.ts';
import { MINUTE_MS } from '../../domain/calendar.ts';
import type { MarketDay } from '../market.ts';
import type { ContractQuotes } from '../quote-tape.ts';
import { DayTickers, DayWindows, quoteElement, tradeElement } from './day-elements.ts';

/** One element and what it is about. */
export interface DueElement {
  /** Channel without its parameter. */
  readonly kind: 'T' | 'A' | 'AM' | 'Q';
  readonly ticker: string;
  /** Event time, ms after midnight. */
  readonly atMs: number;
  readonly text: string;
}

/** Real time between two hand-outs: at least, so that prints are bundled; at most, so that a new speed takes hold. */
const PAUSE_MS_MIN = 10;
const PAUSE_MS_MAX = 250;
/** Prints of one hand-out; more are left for the next, so that no one holds the event loop. */
const PRINTS_MAX = 2_000;

/** How much faster than real time a clock runs. */
export function speedOf(clock: Clock): number {
  return clock instanceof ScaledClock ? clock.speed : 1;
}

/** Calls back after a time of the real world, on a clock that may run faster. */
export function afterReal(clock: Clock, ms: number, callback: () => void): Timer {
  return clock.after(ms * speedOf(clock), callback);
}

interface WatchedQuotes {
  readonly quotes: ContractQuotes;
  next: number;
}

/** Plays one day, from where the clock stands when it is started. */
export class Player {
  readonly #day: MarketDay;
  readonly #clock: Clock;
  readonly #take: (elements: readonly DueElement[]) => void;
  readonly #tickers: DayTickers;
  readonly #windows: ReadonlyArray<{ readonly kind: 'A' | 'AM'; readonly windows: DayWindows }>;
  readonly #quotes = new Map<string, WatchedQuotes>();
  #next = 0;
  #timer: Timer | null = null;

  constructor(day: MarketDay, clock: Clock, take: (elements: readonly DueElement[]) => void) {
    this.#day = day;
    this.#clock = clock;
    this.#take = take;
    this.#tickers = new DayTickers(day);
    this.#windows = [
      { kind: 'A', windows: new DayWindows('A', 1_000, day, this.#tickers) },
      { kind: 'AM', windows: new DayWindows('AM', MINUTE_MS, day, this.#tickers) },
    ];
  }

  /** Prints handed out or passed over so far. */
  get played(): number {
    return this.#next;
  }

  /** Passes over what is earlier than now, then plays. */
  start(): void {
    const nowMs = this.#nowMs();
    while (this.#next < this.#day.length && this.#day.columns.atMs[this.#next]! <= nowMs) {
      for (const { windows } of this.#windows) {
        windows.skipUntil(this.#day.columns.atMs[this.#next]!);
        windows.add(this.#next);
      }
      this.#next++;
    }
    for (const { windows } of this.#windows) windows.skipUntil(nowMs);
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Plays the quotes of a contract from now on; contracts that do not trade today have none. */
  watch(ticker: string): void {
    if (this.#quotes.has(ticker)) return;
    const contract = this.#day.contracts.find(ticker);
    if (contract < 0) return;
    const quotes = this.#day.quotes(contract);
    const nowMs = this.#nowMs();
    let next = 0;
    while (next < quotes.length && quotes.atMs[next]! <= nowMs) next++;
    this.#quotes.set(ticker, { quotes, next });
  }

  unwatch(ticker: string): void {
    this.#quotes.delete(ticker);
  }

  #nowMs(): number {
    return this.#clock.now() - this.#day.session.midnightMs;
  }

  #wait(): void {
    const speed = speedOf(this.#clock);
    const dueMs =
      this.#next < this.#day.length ? this.#day.columns.atMs[this.#next]! - this.#nowMs() : Infinity;
    const pauseMs = Math.min(PAUSE_MS_MAX * speed, Math.max(PAUSE_MS_MIN * speed, dueMs));
    this.#timer = this.#clock.after(pauseMs, () => {
      const elements = this.#due();
      if (elements.length > 0) this.#take(elements);
      this.#wait();
    });
  }

  /** What has fallen due, in the order of time. */
  #due(): DueElement[] {
    const { atMs, contract } = this.#day.columns;
    const nowMs = this.#nowMs();
    const elements: DueElement[] = [];
    const end = Math.min(this.#day.length, this.#next + PRINTS_MAX);
    for (; this.#next < end && atMs[this.#next]! <= nowMs; this.#next++) {
      const row = this.#next;
      this.#closeWindows(atMs[row]!, elements);
      const text = tradeElement(this.#day, this.#tickers, row);
      elements.push({ kind: 'T', ticker: this.#tickers.of(contract[row]!), atMs: atMs[row]!, text });
      for (const { windows } of this.#windows) windows.add(row);
    }
    const behind = this.#next < this.#day.length && atMs[this.#next]! <= nowMs;
    const untilMs = behind ? atMs[this.#next]! : nowMs;
    this.#closeWindows(untilMs, elements);
    if (this.#quotes.size === 0) return elements;
    this.#addQuotes(untilMs, elements);
    return elements.toSorted((a, b) => a.atMs - b.atMs);
  }

  #closeWindows(atMs: number, elements: DueElement[]): void {
    for (const { kind, windows } of this.#windows) {
      for (const [contract, text] of windows.takeUntil(atMs)) {
        elements.push({ kind, ticker: this.#tickers.of(contract), atMs, text });
      }
    }
  }

  #addQuotes(untilMs: number, elements: DueElement[]): void {
    for (const [ticker, watched] of this.#quotes) {
      const { quotes } = watched;
      for (; watched.next < quotes.length && quotes.atMs[watched.next]! <= untilMs; watched.next++) {
        const text = quoteElement(this.#day, ticker, quotes, watched.next);
        elements.push({ kind: 'Q', ticker, atMs: quotes.atMs[watched.next]!, text });
      }
    }
  }
}
