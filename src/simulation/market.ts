// The simulated market: any session's whole tape, with the truth about what was injected, from one seed.
import { dayNumberOf, HOUR_MS, MINUTE_MS } from '../domain/calendar.ts';
import { requireSession, type Session } from '../domain/session.ts';
import type { TradeColumns } from '../domain/trade.ts';
import { present } from '../lib/assert.ts';
import { fnv1a32 } from '../lib/digest.ts';
import { Random } from '../lib/random.ts';
import { AnomalyPlan, type Truth } from './anomalies.ts';
import { Chain } from './chain.ts';
import { clockOf, DayClocks } from './day-clock.ts';
import { DayContracts } from './day-contracts.ts';
import { mix, normalOf, wander } from './noise.ts';
import { classesOf, type OptionClass } from './option-class.ts';
import { OrderFlow } from './order-flow.ts';
import { Pricer } from './pricing.ts';
import { allRows, byContract, byTime, gather, PrintSink } from './print-sink.ts';
import { type ContractQuotes, quotesOf } from './quote-tape.ts';
import { SpotPath, Spots } from './spot.ts';

/** What a market is made of; equal settings make equal tapes. */
export interface MarketSettings {
  readonly seed: string | number;
  /** How many underlyings have options. */
  readonly underlyings: number;
  /** Mean prints a day without anomalies. */
  readonly tradesPerDay: number;
  /** Mean injected anomalies a day; 0 is the same tape without them. */
  readonly anomaliesPerDay: number;
}

/** A market that a laptop generates in a fraction of a second a day. */
export const SMALL_MARKET: MarketSettings = {
  seed: 'spyhop',
  underlyings: 200,
  tradesPerDay: 50_000,
  anomaliesPerDay: 8,
};

/** Everything of one session. */
export interface MarketDay {
  readonly session: Session;
  /** Prints of the day. */
  readonly length: number;
  /**
   * The prints in time order; equal times by ticker, then by generation. Contracts are numbered by
   * `contracts`.
   */
  readonly columns: TradeColumns;
  /** For each print: 0 for the ordinary tape, k when it belongs to `truth[k - 1]`. */
  readonly anomaly: Uint16Array;
  /** The contracts that traded, in ticker order. */
  readonly contracts: DayContracts;
  /** The injected anomalies. */
  readonly truth: readonly Truth[];
  /** The quotes of a contract of the day, from the open to its close. */
  quotes(contract: number): ContractQuotes;
  /**
   * Price of an underlying at an offset (ms after midnight), dollars; null for a name the market does not
   * have.
   */
  underlyingPrice(underlying: string, atMs: number): number | null;
}

/** A market: any day of it, in any order. */
export interface Market {
  readonly settings: MarketSettings;
  readonly classes: readonly OptionClass[];
  /** The tape of a session; throws RangeError when the date is not one. */
  day(date: string): MarketDay;
  /**
   * Tickers an underlying lists on a session, whether they trade or not; empty for a name the market does
   * not have.
   */
  listed(underlying: string, date: string): string[];
}

/** Gamma shape of a contract's luck of the day: its order count is then negative binomial. */
const FRAILTY_SHAPE = 2.2;
/**
 * Deviation of the log activity of an underlying: from week to week and from day to day; and of the whole
 * market.
 */
const UNDERLYING_WANDER = 0.22;
const UNDERLYING_DAY = 0.2;
const MARKET_DAY = 0.1;
/** Share of an index class's and of a busy stock's orders that print outside regular hours. */
const EXTENDED_SHARE = { none: 0, index: 0.012, stock: 0.004 } as const;
/** First session of extended hours in single stocks. */
const STOCK_EXTENDED_SINCE = '2026-07-13';

/** Makes a market; cheap, for the days are made when they are asked for. */
export function createMarket(settings: MarketSettings): Market {
  const { seed, underlyings, tradesPerDay } = settings;
  const classes = classesOf(underlyings, tradesPerDay);
  const seedKey = fnv1a32(`${seed}`);
  const spots = new Spots(seedKey, underlyings);
  const maker = (date: string): DayMaker => new DayMaker(settings, classes, spots, seedKey, date);
  return {
    settings,
    classes,
    day: (date) => maker(date).make(),
    listed: (underlying, date) => maker(date).listed(underlying),
  };
}

/** Makes one day. */
class DayMaker {
  readonly #settings: MarketSettings;
  readonly #classes: readonly OptionClass[];
  readonly #spots: Spots;
  readonly #seedKey: number;
  readonly #session: Session;
  readonly #clocks: DayClocks;
  readonly #path = new SpotPath();
  readonly #chain = new Chain();
  readonly #pricer: Pricer;
  readonly #sink: PrintSink;
  readonly #flow: OrderFlow;
  readonly #contracts: DayContracts;

  constructor(
    settings: MarketSettings,
    classes: readonly OptionClass[],
    spots: Spots,
    seedKey: number,
    date: string,
  ) {
    this.#settings = settings;
    this.#classes = classes;
    this.#spots = spots;
    this.#seedKey = seedKey;
    this.#session = requireSession(date);
    this.#clocks = new DayClocks(this.#session);
    this.#pricer = new Pricer(this.#session, this.#path);
    this.#sink = new PrintSink(Math.ceil(settings.tradesPerDay * 1.2) + 1_024);
    this.#flow = new OrderFlow(this.#session, this.#pricer, this.#sink);
    this.#contracts = new DayContracts(classes);
  }

  make(): MarketDay {
    const plan = new AnomalyPlan(
      this.#settings,
      this.#classes,
      this.#spots,
      this.#session,
      (option, session) => this.#chainOn(option, session),
    );
    const scene = {
      session: this.#session,
      chain: this.#chain,
      clocks: this.#clocks,
      flow: this.#flow,
      pricer: this.#pricer,
      sink: this.#sink,
      path: this.#path,
    };
    this.#classes.forEach((option, number) => {
      const first = this.#sink.length;
      this.#turnTo(option);
      this.#ordinaryTape(option);
      plan.inject(number, scene);
      this.#contracts.keepTraded(number, this.#chain, this.#sink.columns.contract, first, this.#sink.length);
    });
    return this.#finish(plan.truth(this.#sink, this.#contracts));
  }

  /** Tickers an underlying lists. */
  listed(underlying: string): string[] {
    const options = this.#classes.filter((option) => option.underlying.name === underlying);
    return options.flatMap((option) => {
      this.#turnTo(option);
      return Array.from({ length: this.#chain.count }, (_, index) => this.#chain.ticker(index));
    });
  }

  /** The chain of a class on another session. */
  #chainOn(option: OptionClass, session: Session): Chain {
    const [path, chain] = [new SpotPath(), new Chain()];
    this.#spots.path(option.underlying, option.underlyingKey, session, path);
    chain.list(option, session, path.open, this.#seedKey, this.#ordersOf(option, session));
    return chain;
  }

  /** Orders expected of a class on a session, the luck of its contracts aside. */
  #ordersOf(option: OptionClass, session: Session): number {
    const day = present(dayNumberOf(session.date), 'the day of a session');
    const own = mix(mix(this.#seedKey, option.underlyingKey), 21);
    const market = MARKET_DAY * normalOf(mix(mix(this.#seedKey, 22), day));
    const level = UNDERLYING_WANDER * wander(own, day, 12) + UNDERLYING_DAY * normalOf(mix(mix(own, 1), day));
    const variance = MARKET_DAY ** 2 + UNDERLYING_WANDER ** 2 + UNDERLYING_DAY ** 2;
    // A half day is two thirds of a day's minutes, at a thinner pace.
    const length = session.halfDay ? 0.45 : 1;
    return option.ordersPerDay * length * Math.exp(market + level - variance / 2);
  }

  #turnTo(option: OptionClass): void {
    this.#spots.path(option.underlying, option.underlyingKey, this.#session, this.#path);
    this.#chain.list(
      option,
      this.#session,
      this.#path.open,
      this.#seedKey,
      this.#ordersOf(option, this.#session),
    );
  }

  #ordinaryTape(option: OptionClass): void {
    const { seed } = this.#settings;
    const random = new Random(`${seed}/tape/${option.root}/${this.#session.date}`);
    const chain = this.#chain;
    this.#flow.turnTo(chain, random);
    let block = -1;
    let clock = this.#clocks.clock(option.underlying.kind, 0, this.#session.closeMs);
    const extendedShare = this.#extendedShareOf(option);
    for (let i = 0; i < chain.count; i++) {
      if (chain.expiry[i] !== block) {
        block = chain.expiry[i]!;
        clock = clockOf(this.#clocks, this.#session, chain, i);
      }
      const orders = random.poisson((chain.mean[i]! * random.gamma(FRAILTY_SHAPE)) / FRAILTY_SHAPE);
      if (orders === 0) continue;
      this.#flow.turnToContract(i);
      for (let order = 0; order < orders; order++) {
        if (extendedShare > 0 && random.uniform() < extendedShare) {
          this.#flow.extended(i, this.#extendedTime(option, random));
        } else {
          this.#flow.ordinary(i, clock.timeAt(random.uniform()));
        }
      }
    }
  }

  #extendedShareOf(option: OptionClass): number {
    if (option.extendedHours === 'stock' && this.#session.date < STOCK_EXTENDED_SINCE) return 0;
    return EXTENDED_SHARE[option.extendedHours];
  }

  #extendedTime(option: OptionClass, random: Random): number {
    const evening = random.uniform() < 0.4;
    if (option.extendedHours === 'stock') {
      const from = evening ? this.#session.closeMs : 7.5 * HOUR_MS;
      return from + random.below((evening ? 15 : 115) * MINUTE_MS);
    }
    const from = evening ? this.#session.lateCloseMs : 3 * HOUR_MS;
    return from + random.below((evening ? 45 : 385) * MINUTE_MS);
  }

  #finish(truth: Truth[]): MarketDay {
    const { columns, anomaly, length } = this.#sink;
    const contracts = this.#contracts;
    const rows = byTime(byContract(allRows(length), columns.contract, contracts.count), columns.atMs);
    const session = this.#session;
    const [classes, spots] = [this.#classes, this.#spots];
    return {
      session,
      length,
      columns: gather(columns, rows),
      anomaly: Uint16Array.from(rows, (row) => anomaly[row]!),
      contracts,
      truth,
      quotes: (contract) => quotesOf(contracts, contract, spots, session),
      underlyingPrice: (name, atMs) => {
        const option = classes.find(({ underlying }) => underlying.name === name);
        if (option === undefined) return null;
        const path = new SpotPath();
        spots.path(option.underlying, option.underlyingKey, session, path);
        return path.at(atMs);
      },
    };
  }
}
