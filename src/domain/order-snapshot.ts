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

/** The columns of a snapshot, by the numbers of the table that it was taken of. */
export interface SnapshotColumns {
  readonly version: string;
  readonly sessions: number;
  readonly ordersForecast: number;
  readonly contractsForecast: number;
  readonly profile: Float64Array;
  /** Day number of the session, and its length against a full day. */
  readonly day: number;
  readonly length: number;
  readonly contractShapes: readonly Float64Array[];
  readonly underlyingShapes: Float64Array;
  readonly logFactors: Float64Array;
  readonly listed: ReadonlyMap<number, number>;
  /** Orders expected of the session, by contract; 0 for those not followed. */
  readonly rates: Float32Array;
  /** Decayed orders by contract and rung. */
  readonly orders: Float32Array;
  /** By underlying: orders expected, sum of class factors, price, volatility, and the shares between rungs. */
  readonly underlyingOrders: Float64Array;
  readonly factors: Float64Array;
  readonly spot: Float64Array;
  readonly volatility: Float64Array;
  readonly shares: Float64Array;
  readonly rungOrders: Float64Array;
  readonly marketShares: Float64Array;
}

/** Takes the baseline of a session of what the sessions before it taught. */
export function snapshotOf(source: SnapshotSource): OrderSnapshot {
  const { table, contracts, underlyings, market, session } = source;
  const length = session.halfDay ? HALF_DAY_LENGTH : 1;
  const rungOrders = underlyings.rungs.slice();
  const marketShares = sharesOf(market.rungs, 0, null, 1);
  const shares = new Float64Array(rungOrders.length);
  for (let at = 0; at < shares.length; at += RUNGS) {
    shares.set(sharesOf(rungOrders, at, marketShares, UNDERLYING_SIZE_ORDERS), at);
  }
  const underlyingOrders = Float64Array.from(underlyings.orders, (orders, underlying) => {
    const seen = underlyings.length[underlying]!;
    return seen === 0 ? 0 : (length * orders) / seen;
  });
  const columns: SnapshotColumns = {
    version: source.version,
    sessions: source.sessions,
    ordersForecast: (length * market.orders) / market.sessions,
    contractsForecast: (length * market.contracts) / market.sessions,
    profile: profileShares(market.profile),
    day: present(dayNumberOf(session.date), 'the day of a session'),
    length,
    contractShapes: source.contractShapes,
    underlyingShapes: source.underlyingShapes,
    logFactors: market.logFactors.slice(),
    listed: new Map(source.listed),
    rates: new Float32Array(contracts.expected.length),
    // The columns are shared: the next fold works on copies.
    orders: contracts.orders,
    underlyingOrders,
    factors: new Float64Array(underlyingOrders.length),
    spot: underlyings.spot.slice(),
    volatility: underlyings.volatility.slice(),
    shares,
    rungOrders,
    marketShares,
  };
  expectOrders(columns, table, contracts);
  return new OrderSnapshot(columns, table, (contract) => contracts.featuresOf(contract));
}

/** Fills in the rates of the contracts followed. */
function expectOrders(columns: SnapshotColumns, table: ContractTable, contracts: ContractMemory): void {
  const { day, logFactors, spot, volatility, factors, rates, underlyingOrders } = columns;
  const alive = contracts.alive.filter((contract) => contracts.featuresOf(contract).expiryDay >= day);
  const ofClasses = new Float64Array(alive.length);
  alive.forEach((contract, i) => {
    const underlying = table.underlyingOf(contract);
    const features = contracts.featuresOf(contract);
    const place = orderPlaceOf(features, day, spot[underlying] ?? 0, volatility[underlying] ?? 1);
    ofClasses[i] = factorAt(logFactors, place);
    factors[underlying]! += ofClasses[i];
  });
  alive.forEach((contract, i) => {
    const underlying = table.underlyingOf(contract);
    const ofClass = (underlyingOrders[underlying]! * ofClasses[i]!) / factors[underlying]!;
    const own = CLASS_ORDERS + contracts.orders[contract * RUNGS]!;
    rates[contract] = (ofClass * own) / (CLASS_ORDERS + contracts.expected[contract]!);
  });
}

/** The baseline of a session. It holds 44 bytes a contract followed, beside what is shared. */
export class OrderSnapshot implements OrderBaseline {
  readonly columns: SnapshotColumns;
  readonly #table: ContractTable;
  readonly #featuresOf: (contract: number) => ContractFeatures;

  /** @param featuresOf looks the features of a contract up, or parses them. */
  constructor(
    columns: SnapshotColumns,
    table: ContractTable,
    featuresOf: (contract: number) => ContractFeatures,
  ) {
    this.columns = columns;
    this.#table = table;
    this.#featuresOf = featuresOf;
  }

  get version(): string {
    return this.columns.version;
  }

  get sessions(): number {
    return this.columns.sessions;
  }

  get ordersForecast(): number {
    return this.columns.ordersForecast;
  }

  get contractsForecast(): number {
    return this.columns.contractsForecast;
  }

  get profile(): Float64Array {
    return this.columns.profile;
  }

  #factorOf(features: ContractFeatures, underlying: number): number {
    return this.factor(features, underlying, this.columns.spot[underlying] ?? 0);
  }

  /** A contract that was not followed: of a new expiry it is as its class, in an old one mostly dead. */
  #unfollowedRate(features: ContractFeatures, underlying: number): number {
    const factor = this.#factorOf(features, underlying);
    const ofClass =
      (this.#ordersOf(underlying) * factor) / ((this.columns.factors[underlying] ?? 0) + factor);
    const listed = this.columns.listed.get(expiryKey(underlying, features.expiryDay)) ?? 0;
    return ofClass * unseenShare(ofClass, listed);
  }

  #ordersOf(underlying: number): number {
    return (this.columns.underlyingOrders[underlying] ?? 0) || this.columns.length * NEW_UNDERLYING_ORDERS;
  }

  featuresOf(contract: number): ContractFeatures {
    return this.#featuresOf(contract);
  }

  follows(contract: number): boolean {
    return contract < this.columns.rates.length && this.columns.rates[contract]! > 0;
  }

  spotOf(underlying: number): number {
    return this.columns.spot[underlying] ?? 0;
  }

  factor(features: ContractFeatures, underlying: number, spot: number): number {
    const place = orderPlaceOf(features, this.columns.day, spot, this.columns.volatility[underlying] ?? 1);
    return factorAt(this.columns.logFactors, place);
  }

  contractRates(contract: number, features: ContractFeatures, into: OrderRates): void {
    const underlying = this.#table.underlyingOf(contract);
    const followed = this.follows(contract);
    const rate = followed ? this.columns.rates[contract]! : this.#unfollowedRate(features, underlying);
    into.rates[0] = Math.max(rate, 1e-6);
    const shape = shapeAt(this.columns.contractShapes[termOf(features, this.columns.day)]!, rate);
    into.shapes[0] = followed ? shape : Math.min(shape, UNSEEN_SHAPE);
    const isKnown = underlying * RUNGS < this.columns.shares.length;
    climb(
      into,
      followed ? this.columns.orders : NOTHING,
      followed ? contract * RUNGS : 0,
      isKnown ? this.columns.shares : this.columns.marketShares,
      isKnown ? underlying * RUNGS : 0,
      SIZE_ORDERS,
    );
  }

  underlyingRates(underlying: number, into: OrderRates): void {
    const isNew = (this.columns.underlyingOrders[underlying] ?? 0) === 0;
    const rate = this.#ordersOf(underlying);
    into.rates[0] = rate;
    into.shapes[0] = isNew ? NEW_UNDERLYING_SHAPE : shapeAt(this.columns.underlyingShapes, rate);
    if (isNew) climb(into, NOTHING, 0, this.columns.marketShares, 0, SIZE_ORDERS);
    else
      climb(
        into,
        this.columns.rungOrders,
        underlying * RUNGS,
        this.columns.marketShares,
        0,
        UNDERLYING_SIZE_ORDERS,
      );
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
