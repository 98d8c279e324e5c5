// The baseline of one session, as the memory of the sessions before it stands: rates by contract and underlying.
import { present } from '../lib/assert.ts';
import { dayNumberOf } from './calendar.ts';
import type { ContractTable } from './contract-table.ts';
import { RUNGS } from './ladder.ts';
import {
  climb,
  type OrderBaseline,
  type OrderRates,
  SIZE_ORDERS,
  UNDERLYING_SIZE_ORDERS,
} from './order-baseline.ts';
import { type ContractFeatures, factorAt, orderPlaceOf, termOf } from './order-class.ts';
import {
  CLASS_ORDERS,
  type ContractMemory,
  expiryKey,
  HALF_DAY_LENGTH,
  type MarketMemory,
  type UnderlyingMemory,
  unseenShare,
} from './order-memory.ts';
import type { Session } from './session.ts';
import { profileShares } from './session-clock.ts';
import { shapeAt } from './shape-bins.ts';

/** Orders a session of an underlying that nobody has seen before, and the shape of that guess. */
const NEW_UNDERLYING_ORDERS = 3;
const NEW_UNDERLYING_SHAPE = 0.3;
/** A contract never seen is new or dead: its rate is hardly known. */
const UNSEEN_SHAPE = 0.25;
const NOTHING = new Float64Array(RUNGS);

/** What a snapshot is taken of. */
export interface SnapshotSource {
  readonly table: ContractTable;
  readonly contracts: ContractMemory;
  readonly underlyings: UnderlyingMemory;
  readonly market: MarketMemory;
  readonly contractShapes: readonly Float64Array[];
  readonly underlyingShapes: Float64Array;
  readonly listed: ReadonlyMap<number, number>;
  readonly session: Session;
  readonly sessions: number;
  readonly version: string;
}

/** The baseline of a session. It holds 44 bytes a contract followed, beside what is shared. */
export class OrderSnapshot implements OrderBaseline {
  readonly version: string;
  readonly sessions: number;
  readonly ordersForecast: number;
  readonly contractsForecast: number;
  readonly profile: Float64Array;
  readonly #table: ContractTable;
  readonly #day: number;
  readonly #featuresOf: (contract: number) => ContractFeatures;
  readonly #length: number;
  readonly #contractShapes: readonly Float64Array[];
  readonly #underlyingShapes: Float64Array;
  readonly #logFactors: Float64Array;
  readonly #listed: ReadonlyMap<number, number>;
  /** Orders expected of the session, by contract; 0 for those not followed. */
  readonly #rates: Float32Array;
  /** Decayed orders by contract and rung. */
  readonly #orders: Float32Array;
  /** By underlying: orders expected, sum of class factors, price, volatility, and the shares between rungs. */
  readonly #underlyingOrders: Float64Array;
  readonly #factors: Float64Array;
  readonly #spot: Float64Array;
  readonly #volatility: Float64Array;
  readonly #shares: Float64Array;
  readonly #rungOrders: Float64Array;
  readonly #marketShares: Float64Array;

  constructor(source: SnapshotSource) {
    const { table, contracts, underlyings, market, session } = source;
    this.version = source.version;
    this.sessions = source.sessions;
    this.#table = table;
    this.#featuresOf = (contract) => contracts.featuresOf(contract);
    this.#day = present(dayNumberOf(session.date), 'the day of a session');
    this.#length = session.halfDay ? HALF_DAY_LENGTH : 1;
    this.ordersForecast = (this.#length * market.orders) / market.sessions;
    this.contractsForecast = (this.#length * market.contracts) / market.sessions;
    this.profile = profileShares(market.profile);
    this.#contractShapes = source.contractShapes;
    this.#underlyingShapes = source.underlyingShapes;
    this.#logFactors = market.logFactors.slice();
    this.#listed = new Map(source.listed);
    this.#spot = underlyings.spot.slice();
    this.#volatility = underlyings.volatility.slice();
    this.#rungOrders = underlyings.rungs.slice();
    this.#underlyingOrders = Float64Array.from(underlyings.orders, (orders, underlying) => {
      const length = underlyings.length[underlying]!;
      return length === 0 ? 0 : (this.#length * orders) / length;
    });
    this.#marketShares = sharesOf(market.rungs, 0, null, 1);
    this.#shares = new Float64Array(this.#rungOrders.length);
    for (let at = 0; at < this.#shares.length; at += RUNGS) {
      const shares = sharesOf(this.#rungOrders, at, this.#marketShares, UNDERLYING_SIZE_ORDERS);
      this.#shares.set(shares, at);
    }
    this.#factors = new Float64Array(this.#underlyingOrders.length);
    // The columns are shared: the next fold works on copies.
    this.#orders = contracts.orders;
    this.#rates = new Float32Array(contracts.expected.length);
    this.#expect(contracts);
  }

  /** Rates of the contracts followed. */
  #expect(contracts: ContractMemory): void {
    const alive = contracts.alive.filter((contract) => contracts.featuresOf(contract).expiryDay >= this.#day);
    const factors = new Float64Array(alive.length);
    alive.forEach((contract, i) => {
      const underlying = this.#table.underlyingOf(contract);
      factors[i] = this.#factorOf(contracts.featuresOf(contract), underlying);
      this.#factors[underlying]! += factors[i];
    });
    alive.forEach((contract, i) => {
      const underlying = this.#table.underlyingOf(contract);
      const ofClass = (this.#underlyingOrders[underlying]! * factors[i]!) / this.#factors[underlying]!;
      const own = CLASS_ORDERS + contracts.orders[contract * RUNGS]!;
      this.#rates[contract] = (ofClass * own) / (CLASS_ORDERS + contracts.expected[contract]!);
    });
  }

  #factorOf(features: ContractFeatures, underlying: number): number {
    return this.factor(features, underlying, this.#spot[underlying] ?? 0);
  }

  /** A contract that was not followed: of a new expiry it is as its class, in an old one mostly dead. */
  #unfollowedRate(features: ContractFeatures, underlying: number): number {
    const factor = this.#factorOf(features, underlying);
    const ofClass = (this.#ordersOf(underlying) * factor) / ((this.#factors[underlying] ?? 0) + factor);
    const listed = this.#listed.get(expiryKey(underlying, features.expiryDay)) ?? 0;
    return ofClass * unseenShare(ofClass, listed);
  }

  #ordersOf(underlying: number): number {
    return (this.#underlyingOrders[underlying] ?? 0) || this.#length * NEW_UNDERLYING_ORDERS;
  }

  featuresOf(contract: number): ContractFeatures {
    return this.#featuresOf(contract);
  }

  follows(contract: number): boolean {
    return contract < this.#rates.length && this.#rates[contract]! > 0;
  }

  spotOf(underlying: number): number {
    return this.#spot[underlying] ?? 0;
  }

  factor(features: ContractFeatures, underlying: number, spot: number): number {
    const place = orderPlaceOf(features, this.#day, spot, this.#volatility[underlying] ?? 1);
    return factorAt(this.#logFactors, place);
  }

  contractRates(contract: number, features: ContractFeatures, into: OrderRates): void {
    const underlying = this.#table.underlyingOf(contract);
    const followed = this.follows(contract);
    const rate = followed ? this.#rates[contract]! : this.#unfollowedRate(features, underlying);
    into.rates[0] = Math.max(rate, 1e-6);
    const shape = shapeAt(this.#contractShapes[termOf(features, this.#day)]!, rate);
    into.shapes[0] = followed ? shape : Math.min(shape, UNSEEN_SHAPE);
    const isKnown = underlying * RUNGS < this.#shares.length;
    climb(
      into,
      followed ? this.#orders : NOTHING,
      followed ? contract * RUNGS : 0,
      isKnown ? this.#shares : this.#marketShares,
      isKnown ? underlying * RUNGS : 0,
      SIZE_ORDERS,
    );
  }

  underlyingRates(underlying: number, into: OrderRates): void {
    const isNew = (this.#underlyingOrders[underlying] ?? 0) === 0;
    const rate = this.#ordersOf(underlying);
    into.rates[0] = rate;
    into.shapes[0] = isNew ? NEW_UNDERLYING_SHAPE : shapeAt(this.#underlyingShapes, rate);
    if (isNew) climb(into, NOTHING, 0, this.#marketShares, 0, SIZE_ORDERS);
    else climb(into, this.#rungOrders, underlying * RUNGS, this.#marketShares, 0, UNDERLYING_SIZE_ORDERS);
  }
}

/** Share of the orders of each rung that reaches the next, from counts and a prior of so many orders. */
function sharesOf(
  orders: Float64Array,
  at: number,
  prior: Float64Array | null,
  priorOrders: number,
): Float64Array {
  return Float64Array.from({ length: RUNGS }, (_, rung) => {
    if (rung + 1 === RUNGS) return 0;
    const before = prior?.[rung] ?? 0.4;
    return (priorOrders * before + orders[at + rung + 1]!) / (priorOrders + orders[at + rung]!);
  });
}
