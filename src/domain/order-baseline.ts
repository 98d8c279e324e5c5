// What is normal of orders: how many of which size a session of a contract and of an underlying has, and how surely.
import { RUNGS } from './ladder.ts';
import type { ContractFeatures } from './order-class.ts';

/** Rates of one contract or underlying, written by an {@link OrderBaseline}. */
export interface OrderRates {
  /** Orders of at least LADDER[rung] contracts expected of the session. */
  readonly rates: Float64Array;
  /** Gamma shape of today's rate around it: small where days differ much, or where little is known. */
  readonly shapes: Float64Array;
}

/** Room for rates. */
export function allocateRates(): OrderRates {
  return { rates: new Float64Array(RUNGS), shapes: new Float64Array(RUNGS) };
}

/** What is normal of a session, by the numbers of the engine's contract table. */
export interface OrderBaseline {
  /** Names the baseline on alerts: equal versions give equal rates. */
  readonly version: string;
  /** Sessions it rests on. */
  readonly sessions: number;
  /** Parent orders and contracts with one expected of the session. */
  readonly ordersForecast: number;
  readonly contractsForecast: number;
  /** Shares of a day's orders by clock and five-minute bucket (see session-clock.ts). */
  readonly profile: Float64Array;
  /** Writes the rates of a contract; known or not: one never seen has those of its class. */
  contractRates(contract: number, features: ContractFeatures, into: OrderRates): void;
  /** Features of a contract, looked up or parsed. */
  featuresOf(contract: number): ContractFeatures;
  /** True when the contract was seen and is followed; of others only the class is known. */
  follows(contract: number): boolean;
  /** Price of an underlying that the rates were made at, dollars; 0 when it is not known. */
  spotOf(underlying: number): number;
  /** Factor of a contract's class at a price: its rate moves with it. */
  factor(features: ContractFeatures, underlying: number, spot: number): number;
  /** Writes the rates of an underlying; the shapes are those of its day's level. */
  underlyingRates(underlying: number, into: OrderRates): void;
}

/** Upper bounds of the bins of rates, orders a session; beyond the last is one more. */
export const RATE_BOUNDS = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100] as const;
export const RATE_BINS = RATE_BOUNDS.length + 1;

/** Bin of a rate. */
export function rateBinOf(rate: number): number {
  let bin = 0;
  while (bin < RATE_BOUNDS.length && rate > RATE_BOUNDS[bin]!) bin++;
  return bin;
}

/** Orders of the contract itself that its class is worth in the share of orders that reach the next rung. */
export const SIZE_ORDERS = 6;
/** Orders of an underlying that the whole market is worth in the same. */
export const UNDERLYING_SIZE_ORDERS = 50;

/**
 * Fills rungs above the first from the rate of all orders: at each rung the share that reaches the next is that of
 * the prior, corrected by the contract's own orders `own[at + rung]` (decayed counts), beta-binomial with
 * `priorOrders`. What is not known of the share widens the shape.
 */
export function climb(
  into: OrderRates,
  own: ArrayLike<number>,
  at: number,
  shares: ArrayLike<number>,
  sharesAt: number,
  priorOrders: number,
): void {
  for (let rung = 0; rung + 1 < RUNGS; rung++) {
    const orders = own[at + rung]!;
    const share = (priorOrders * shares[sharesAt + rung]! + own[at + rung + 1]!) / (priorOrders + orders);
    const variance = (1 - share) / (share * (priorOrders + orders + 1));
    into.rates[rung + 1] = into.rates[rung]! * share;
    into.shapes[rung + 1] = 1 / (1 / into.shapes[rung]! + variance);
  }
}
