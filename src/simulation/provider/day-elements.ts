// The elements of a simulated day as the provider writes them: prints, quotes, and windows of a second or a minute.
import { conditionUse, NO_CONDITION, USE } from '../../domain/conditions.ts';
import type { MarketDay } from '../market.ts';
import type { ContractQuotes } from '../quote-tape.ts';

/** Sequence number of the first print; the next ones follow, so that they rise within each contract at every run. */
const FIRST_SEQUENCE = 1_000_001;

/** Dollars of 1/10,000, in the shortest digits that say them exactly. */
function dollars(priceE4: number): string {
  return String(priceE4 / 10_000);
}

/** Tickers of a day by contract number, written once each. */
export class DayTickers {
  readonly #day: MarketDay;
  readonly #tickers: string[] = [];

  constructor(day: MarketDay) {
    this.#day = day;
  }

  of(contract: number): string {
    return (this.#tickers[contract] ??= this.#day.contracts.ticker(contract));
  }
}

/** The print of a row as a `T` element. */
export function tradeElement(day: MarketDay, tickers: DayTickers, row: number): string {
  const { contract, atMs, priceE4, size, condition, exchange } = day.columns;
  const conditions = condition[row] === NO_CONDITION ? '' : `,"c":[${condition[row]}]`;
  return (
    `{"ev":"T","sym":"${tickers.of(contract[row]!)}","x":${exchange[row]},"p":${dollars(priceE4[row]!)},` +
    `"s":${size[row]}${conditions},"t":${day.session.midnightMs + atMs[row]!},"q":${FIRST_SEQUENCE + row}}`
  );
}

/** A quote as a `Q` element. */
export function quoteElement(day: MarketDay, ticker: string, quotes: ContractQuotes, row: number): string {
  const { bidExchange, askExchange, bidE4, askE4, bidSize, askSize, atMs } = quotes;
  return (
    `{"ev":"Q","sym":"${ticker}","bx":${bidExchange[row]},"ax":${askExchange[row]},"bp":${dollars(bidE4[row]!)},` +
    `"ap":${dollars(askE4[row]!)},"bs":${bidSize[row]},"as":${askSize[row]},` +
    `"t":${day.session.midnightMs + atMs[row]!},"q":${FIRST_SEQUENCE + row}}`
  );
}

interface Window {
  volume: number;
  /** Price x size, 1/10,000 dollar, and the number of prints. */
  turnoverE4: number;
  prints: number;
  openE4: number;
  closeE4: number;
  highE4: number;
  lowE4: number;
}

/** Windows of one length. Prints are added in the order of time; what a window holds is told when it is over. */
export class DayWindows {
  readonly #event: 'A' | 'AM';
  readonly #windowMs: number;
  readonly #day: MarketDay;
  readonly #tickers: DayTickers;
  /** Of the window that is filling: by contract. */
  readonly #open = new Map<number, Window>();
  readonly #dayVolume: Float64Array;
  readonly #dayTurnoverE4: Float64Array;
  readonly #dayOpenE4: Int32Array;
  #startMs = -Infinity;

  constructor(event: 'A' | 'AM', windowMs: number, day: MarketDay, tickers: DayTickers) {
    this.#event = event;
    this.#windowMs = windowMs;
    this.#day = day;
    this.#tickers = tickers;
    this.#dayVolume = new Float64Array(day.contracts.count);
    this.#dayTurnoverE4 = new Float64Array(day.contracts.count);
    this.#dayOpenE4 = new Int32Array(day.contracts.count);
  }

  /** Adds the print of a row, after the windows that were over before it were taken; cancels are in no window. */
  add(row: number): void {
    const { columns } = this.#day;
    const [contract, priceE4, size] = [columns.contract[row]!, columns.priceE4[row]!, columns.size[row]!];
    if ((conditionUse(columns.condition[row]!) & USE.volume) === 0) return;
    this.#startMs = Math.floor(columns.atMs[row]! / this.#windowMs) * this.#windowMs;
    if (this.#dayVolume[contract] === 0) this.#dayOpenE4[contract] = priceE4;
    this.#dayVolume[contract]! += size;
    this.#dayTurnoverE4[contract]! += priceE4 * size;
    const window = this.#open.get(contract);
    if (window === undefined) {
      this.#open.set(contract, {
        volume: size,
        turnoverE4: priceE4 * size,
        prints: 1,
        openE4: priceE4,
        closeE4: priceE4,
        highE4: priceE4,
        lowE4: priceE4,
      });
      return;
    }
    window.volume += size;
    window.turnoverE4 += priceE4 * size;
    window.prints++;
    window.closeE4 = priceE4;
    window.highE4 = Math.max(window.highE4, priceE4);
    window.lowE4 = Math.min(window.lowE4, priceE4);
  }

  /** Takes the elements of a window that is over at an offset (ms after midnight), by contract number. */
  takeUntil(atMs: number): Array<readonly [contract: number, element: string]> {
    if (!this.#isOver(atMs)) return [];
    const elements = Array.from(
      this.#open,
      ([contract, window]) => [contract, this.#write(contract, window)] as const,
    );
    this.#open.clear();
    return elements;
  }

  /** Forgets a window that is over at an offset, keeping the figures of the day. */
  skipUntil(atMs: number): void {
    if (this.#isOver(atMs)) this.#open.clear();
  }

  #isOver(atMs: number): boolean {
    return this.#open.size > 0 && atMs >= this.#startMs + this.#windowMs;
  }

  #write(contract: number, window: Window): string {
    const startMs = this.#day.session.midnightMs + this.#startMs;
    const mean = (turnoverE4: number, volume: number): string => dollars(Math.round(turnoverE4 / volume));
    return (
      `{"ev":"${this.#event}","sym":"${this.#tickers.of(contract)}","v":${window.volume},` +
      `"av":${this.#dayVolume[contract]},"op":${dollars(this.#dayOpenE4[contract]!)},` +
      `"vw":${mean(window.turnoverE4, window.volume)},"o":${dollars(window.openE4)},"c":${dollars(window.closeE4)},` +
      `"h":${dollars(window.highE4)},"l":${dollars(window.lowE4)},` +
      `"a":${mean(this.#dayTurnoverE4[contract]!, this.#dayVolume[contract]!)},` +
      `"z":${Math.round(window.volume / window.prints)},"s":${startMs},"e":${startMs + this.#windowMs}}`
    );
  }
}
