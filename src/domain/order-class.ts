// Classes of contracts: how much of an underlying's orders falls on which expiry, strike and right, and by which clock.
import { dayNumberOf } from './calendar.ts';
import { present } from '../lib/assert.ts';
import type { OptionContract } from './contract.ts';
import { isLateUnderlying, isPmSettledRoot, type Session } from './session.ts';

/** What a class is found by. */
export interface ContractFeatures {
  /** Day number of the expiry. */
  readonly expiryDay: number;
  /** +1 for a call, -1 for a put: the direction of "out of the money" along the strikes. */
  readonly outward: 1 | -1;
  /** Exercise price, dollars. */
  readonly strike: number;
  /** 1 for index and fund classes that trade to 16:15, 0 for others. */
  readonly fund: 0 | 1;
  /** True when it stops at the regular close on its last day. */
  readonly pmSettled: boolean;
}

/** Features of a contract. */
export function featuresOf(contract: OptionContract): ContractFeatures {
  return {
    expiryDay: present(dayNumberOf(contract.expiryDate), 'a day number of an expiry'),
    outward: contract.right === 'call' ? 1 : -1,
    strike: contract.strikeMills / 1000,
    fund: isLateUnderlying(contract.underlying) ? 1 : 0,
    pmSettled: isPmSettledRoot(contract.root),
  };
}

/** Upper bounds of the classes by days to expiry; beyond the last is one more. */
const DAYS_BOUNDS = [0, 1, 3, 7, 14, 30, 60, 180] as const;
const DAYS = DAYS_BOUNDS.length + 1;
/**
 * Distances out of the money, in deviations of the underlying until expiry, at which factors are learned; between
 * them the logarithm is a straight line, so that a contract does not jump from class to class with the price.
 */
const DISTANCES = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2.25, 3.5] as const;
/** One more than there are distances: where the money is not known. */
const NODES = DISTANCES.length + 1;

/** Number of nodes over all classes. */
export const ORDER_NODES = DAYS * NODES * 2 * 2;

/** Days that every expiry is given beside those it has: on its last day an option still moves. */
const DAYS_LEAST = 1;

function daysClass(days: number): number {
  let place = 0;
  while (place < DAYS_BOUNDS.length && days > DAYS_BOUNDS[place]!) place++;
  return place;
}

/**
 * Place of a contract among the nodes on a day: the node before it and, as the fraction, how far it is to the next.
 * `spot` is the price of the underlying in dollars, 0 when it is not known; `volatility` its deviation in a year, as
 * a share of the price.
 */
export function orderPlaceOf(
  { expiryDay, outward, strike, fund }: ContractFeatures,
  day: number,
  spot: number,
  volatility: number,
): number {
  const days = Math.max(0, expiryDay - day);
  const first = ((fund * 2 + (outward > 0 ? 1 : 0)) * DAYS + daysClass(days)) * NODES;
  if (spot <= 0) return first + NODES - 1;
  const deviation = volatility * Math.sqrt((days + DAYS_LEAST) / 365);
  const distance = (outward * Math.log(strike / spot)) / deviation;
  if (distance <= DISTANCES[0]) return first;
  const last = DISTANCES.length - 1;
  if (distance >= DISTANCES[last]!) return first + last;
  let node = 0;
  while (distance >= DISTANCES[node + 1]!) node++;
  return first + node + (distance - DISTANCES[node]!) / (DISTANCES[node + 1]! - DISTANCES[node]!);
}

/** The factor at a place, from the logarithms at the nodes. */
export function factorAt(logFactors: Float64Array, place: number): number {
  const node = Math.floor(place);
  const part = place - node;
  if (part === 0) return Math.exp(logFactors[node]!);
  return Math.exp(logFactors[node]! + part * (logFactors[node + 1]! - logFactors[node]!));
}

/** Kinds of contracts whose counts vary differently: of today, of the coming week, later ones. */
export const TERMS = 3;

/** Term of a contract on a day. */
export function termOf({ expiryDay }: Pick<ContractFeatures, 'expiryDay'>, day: number): number {
  const days = expiryDay - day;
  return days <= 0 ? 0 : days <= 7 ? 1 : 2;
}

/** Clocks: stocks and funds, each for contracts of today, of the coming week, later ones, and all together. */
export const ORDER_CLOCKS = 8;

/** Clock of a contract on a day. */
export function orderClockOf(features: ContractFeatures, day: number): number {
  return features.fund * 4 + termOf(features, day);
}

/** Offset at which a contract stops trading, as closeMsOf of session.ts gives it, from features. */
export function featureCloseMs(session: Session, { expiryDay, fund, pmSettled }: ContractFeatures): number {
  if (fund === 0) return session.closeMs;
  return pmSettled && expiryDay === dayNumberOf(session.date) ? session.closeMs : session.lateCloseMs;
}

/** Clock of all contracts of an underlying. */
export function underlyingClockOf(fund: 0 | 1): number {
  return fund * 4 + 3;
}
