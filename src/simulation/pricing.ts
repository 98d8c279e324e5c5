// What an option is worth and how it is quoted: Black–Scholes with a smile, half spreads by price, ticks.
import { MINUTE_MS } from '../domain/calendar.ts';
import type { Session } from '../domain/session.ts';
import { CALL, type Chain } from './chain.ts';
import { mix, uniformOf } from './noise.ts';
import type { OptionClass, TickRule } from './option-class.ts';
import { type SpotPath, STEP_MS } from './spot.ts';

const MINUTES_OF_YEAR = 365 * 24 * 60;
/** Prices are kept inside what an Int32 column and the feed's grammar hold, dollars. */
const PRICE_MAX = 90_000;

/** Distribution function of the standard normal (Abramowitz and Stegun 26.2.17, absolute error 1e-7). */
export function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    0.3989422804 *
    Math.exp(-0.5 * x * x) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}

/**
 * Value of an option in dollars: spot and strike in dollars, `deviation` is volatility times the root of
 * time.
 */
export function optionValue(spot: number, strike: number, deviation: number, right: number): number {
  const d1 = Math.log(spot / strike) / deviation + deviation / 2;
  const call = spot * normalShare(d1) - strike * normalShare(d1 - deviation);
  return Math.max(0, right === CALL ? call : call - spot + strike);
}

/** Full width of a quote in dollars at a mid price in dollars, for a class of factor 1. */
export function spreadAt(mid: number): number {
  return 0.05 + 0.075 * mid ** 0.8;
}

/** The tick at a price, both 1/10,000 dollar. */
export function tickAt(rule: TickRule, priceE4: number): number {
  return priceE4 < 30_000 ? rule.belowE4 : rule.aboveE4;
}

/** The national best bid and offer as the pricer leaves it, 1/10,000 dollar and contracts. */
export interface LiveQuote {
  bidE4: number;
  askE4: number;
  bidSize: number;
  askSize: number;
}

/** Quoted sizes at 5, 25, 50, 75 and 95 % of the time. */
const QUOTED_SIZES = [1, 2, 15, 64, 277, 1_314] as const;

function quotedSize(hash: number): number {
  const u = uniformOf(hash) * (QUOTED_SIZES.length - 1);
  const i = Math.floor(u);
  const from = QUOTED_SIZES[i]!;
  return Math.round(from * (QUOTED_SIZES[i + 1]! / from) ** (u - i));
}

/**
 * Quotes one contract at a time; a quote stands for a step of fifteen seconds that begins at the contract's
 * own offset.
 */
export class Pricer {
  readonly #session: Session;
  readonly #path: SpotPath;
  readonly quote: LiveQuote = { bidE4: 0, askE4: 0, bidSize: 0, askSize: 0 };
  #ticks: TickRule = { belowE4: 100, aboveE4: 100 };
  #strike = 0;
  #right = 0;
  #volatility = 0;
  #skew = 0;
  #minutesAtMidnight = 0;
  #spreadFactor = 1;
  #hash = 0;
  #phaseMs = 0;
  #step = -1;

  constructor(session: Session, path: SpotPath) {
    this.#session = session;
    this.#path = path;
  }

  /** Turns to a contract of the chain. */
  turnTo(chain: Chain, index: number): void {
    const { day, dte } = chain.expiries[chain.expiry[index]!]!;
    this.standAt(chain.option, day, dte, chain.right[index]!, chain.strikeMills[index]!);
  }

  /** Turns to a contract given by its parts; `dte` counts from the session's date. */
  standAt(option: OptionClass, expiryDay: number, dte: number, right: number, strikeMills: number): void {
    this.#ticks = option.ticks;
    this.#strike = strikeMills / 1_000;
    this.#right = right;
    this.#volatility = option.underlying.volatility;
    this.#skew = option.underlying.kind === 'stock' ? -0.12 : -0.25;
    this.#minutesAtMidnight = dte * 24 * 60 + this.#session.closeMs / MINUTE_MS;
    this.#spreadFactor = option.spreadFactor;
    this.#hash = mix(mix(mix(option.key, expiryDay), strikeMills), right);
    this.#phaseMs = this.#hash % STEP_MS;
    this.#step = -1;
  }

  /** Hash of the contract it stands at, the same on every day. */
  get contractKey(): number {
    return this.#hash;
  }

  /** Offset at which the quote that stands at `atMs` came (ms after midnight). */
  quotedSince(atMs: number): number {
    return Math.floor((atMs - this.#phaseMs) / STEP_MS) * STEP_MS + this.#phaseMs;
  }

  /** Leaves the quote of the contract at an offset in {@link Pricer.quote}. */
  quoteAt(atMs: number): LiveQuote {
    const sinceMs = this.quotedSince(atMs);
    if (sinceMs === this.#step) return this.quote;
    this.#step = sinceMs;
    const value = this.#valueAt(sinceMs);
    const hash = mix(this.#hash, sinceMs);
    const tick = tickAt(this.#ticks, value * 10_000);
    const jitter = 0.8 + 0.4 * uniformOf(hash);
    const half = (spreadAt(value) * this.#spreadFactor * jitter * 10_000) / 2;
    const mid = value * 10_000;
    this.quote.bidE4 = Math.max(0, Math.floor((mid - half) / tick) * tick);
    this.quote.askE4 = Math.max(this.quote.bidE4 + tick, Math.ceil((mid + half) / tick) * tick);
    this.quote.bidSize = this.quote.bidE4 === 0 ? 0 : quotedSize(mix(hash, 1));
    this.quote.askSize = quotedSize(mix(hash, 2));
    return this.quote;
  }

  #valueAt(atMs: number): number {
    const spot = this.#path.at(atMs);
    const minutes = Math.max(5, this.#minutesAtMidnight - atMs / MINUTE_MS);
    const root = Math.sqrt(minutes / MINUTES_OF_YEAR);
    const distance = Math.log(this.#strike / spot);
    const smile = 1 + this.#skew * Math.max(-1, Math.min(1, distance / (this.#volatility * root * 3 + 0.02)));
    return Math.min(PRICE_MAX, optionValue(spot, this.#strike, this.#volatility * smile * root, this.#right));
  }

  /** The price nearest to `prox` (-1 at the bid, 0 mid, +1 at the offer) on a grid of `tickE4`; never 0. */
  priceAt(prox: number, tickE4: number): number {
    const { bidE4, askE4 } = this.quote;
    const exact = (bidE4 + askE4) / 2 + (prox * (askE4 - bidE4)) / 2;
    return Math.max(tickE4, Math.round(exact / tickE4) * tickE4);
  }

  /** The class's tick at the standing offer. */
  get tickE4(): number {
    return tickAt(this.#ticks, this.quote.askE4);
  }
}
