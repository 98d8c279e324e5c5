// The quotes of one contract over a day: a new one every fifteen seconds, with a flicker now and then.
import { dayNumberOf } from '../domain/calendar.ts';
import { closeMsOf, type Session } from '../domain/session.ts';
import { present } from '../lib/assert.ts';
import { dateOfDayNumber } from '../domain/calendar.ts';
import type { DayContracts } from './day-contracts.ts';
import { mix, uniformOf } from './noise.ts';
import { Pricer, tickAt } from './pricing.ts';
import { SpotPath, type Spots, STEP_MS } from './spot.ts';

/** Quotes of one contract in time order, as columns. */
export interface ContractQuotes {
  readonly length: number;
  /** ms after midnight. */
  readonly atMs: Int32Array;
  /** 1/10,000 dollar; 0 when there is no bid. */
  readonly bidE4: Int32Array;
  readonly askE4: Int32Array;
  /** Contracts. */
  readonly bidSize: Int32Array;
  readonly askSize: Int32Array;
  readonly bidExchange: Uint16Array;
  readonly askExchange: Uint16Array;
}

/** Share of quotes after which the bid drops by a tick for some tens of milliseconds. */
const FLICKER_CHANCE = 0.03;

/** The quotes of a contract from the open to its close. */
export function quotesOf(
  contracts: DayContracts,
  contract: number,
  spots: Spots,
  session: Session,
): ContractQuotes {
  const option = contracts.option(contract);
  const expiryDay = contracts.expiryDay(contract);
  const path = new SpotPath();
  spots.path(option.underlying, option.underlyingKey, session, path);
  const pricer = new Pricer(session, path);
  const today = present(dayNumberOf(session.date), 'the day of the session');
  const strikeMills = contracts.strikeMills(contract);
  pricer.standAt(option, expiryDay, expiryDay - today, contracts.right(contract), strikeMills);
  const key = mix(mix(mix(option.key, expiryDay), strikeMills), contracts.right(contract) + 2);
  const closeMs = closeMsOf(session, {
    underlying: option.underlying.name,
    root: option.root,
    expiryDate: dateOfDayNumber(expiryDay),
  });
  const rows = new QuoteRows(Math.ceil((closeMs - session.openMs) / STEP_MS) + 2, option.venues);
  for (let atMs = session.openMs; atMs < closeMs; atMs = pricer.quotedSince(atMs) + STEP_MS) {
    const { bidE4, askE4, bidSize, askSize } = pricer.quoteAt(atMs);
    const hash = mix(mix(key, today), atMs);
    rows.push(atMs, bidE4, askE4, bidSize, askSize, hash);
    if (uniformOf(hash) >= FLICKER_CHANCE || bidE4 === 0) continue;
    const awayMs = atMs + 100 + (hash % (STEP_MS - 200));
    const backMs = awayMs + 20 + (hash % 60);
    if (backMs >= Math.min(closeMs, pricer.quotedSince(atMs) + STEP_MS)) continue;
    rows.push(awayMs, bidE4 - tickAt(option.ticks, bidE4), askE4, 1 + (bidSize >> 3), askSize, hash >>> 1);
    rows.push(backMs, bidE4, askE4, bidSize, askSize, hash);
  }
  return rows;
}

class QuoteRows implements ContractQuotes {
  length = 0;
  readonly atMs: Int32Array;
  readonly bidE4: Int32Array;
  readonly askE4: Int32Array;
  readonly bidSize: Int32Array;
  readonly askSize: Int32Array;
  readonly bidExchange: Uint16Array;
  readonly askExchange: Uint16Array;
  readonly #venues: readonly number[];

  /** Room for `quotes` quotes, each with a flicker. */
  constructor(quotes: number, venues: readonly number[]) {
    const capacity = quotes * 3;
    this.atMs = new Int32Array(capacity);
    this.bidE4 = new Int32Array(capacity);
    this.askE4 = new Int32Array(capacity);
    this.bidSize = new Int32Array(capacity);
    this.askSize = new Int32Array(capacity);
    this.bidExchange = new Uint16Array(capacity);
    this.askExchange = new Uint16Array(capacity);
    this.#venues = venues;
  }

  push(atMs: number, bidE4: number, askE4: number, bidSize: number, askSize: number, hash: number): void {
    const row = this.length++;
    this.atMs[row] = atMs;
    this.bidE4[row] = bidE4;
    this.askE4[row] = askE4;
    this.bidSize[row] = bidSize;
    this.askSize[row] = askSize;
    this.bidExchange[row] = bidE4 === 0 ? 0 : this.#venues[hash % this.#venues.length]!;
    this.askExchange[row] = this.#venues[(hash >>> 8) % this.#venues.length]!;
  }
}
