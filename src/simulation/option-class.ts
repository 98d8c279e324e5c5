// An option class: one root with its share of the tape, its expiries, its venues and its ticks.
import { EXCHANGES } from '../domain/exchanges.ts';
import { isLateUnderlying } from '../domain/session.ts';
import { fnv1a32 } from '../lib/digest.ts';
import { mix, uniformOf } from './noise.ts';
import { type Underlying, underlyingsOf } from './names.ts';

/** Which days a class lists expiries on. */
export type Schedule = 'daily' | 'thrice a week' | 'weekly' | 'monthly' | 'Wednesdays';

/** Steps of quoted prices below and from 3 dollars, 1/10,000 dollar. */
export interface TickRule {
  readonly belowE4: number;
  readonly aboveE4: number;
}

/** All contracts of one root. */
export interface OptionClass {
  readonly root: string;
  readonly underlying: Underlying;
  /** Rank of the underlying, 0 the busiest. */
  readonly rank: number;
  /** Mean parent orders a day. */
  readonly ordersPerDay: number;
  readonly key: number;
  readonly underlyingKey: number;
  readonly schedule: Schedule;
  /** Roots settled in the morning list third Fridays only; their afternoon twins all other days. */
  readonly thirdFridays: 'with' | 'without' | 'only';
  /** Furthest strike and number of expiries grow with it: 0 sleepy to 3 very busy. */
  readonly depth: number;
  readonly ticks: TickRule;
  /** Exchange ids with their share cumulated to 1. */
  readonly venues: readonly number[];
  readonly venueShares: readonly number[];
  readonly lateClose: boolean;
  /** Prints outside regular hours: index classes (global hours, curb) and the busiest stocks. */
  readonly extendedHours: 'none' | 'index' | 'stock';
  /** Power that order sizes are raised to, below 1 for busy classes. */
  readonly sizePower: number;
  /** Width of quotes against the price table. */
  readonly spreadFactor: number;
}

/**
 * Prints that one parent order makes on average: legs, splits, cancels (measured by the calibration test).
 */
export const PRINTS_PER_ORDER = 1.125;

/**
 * Zipf–Mandelbrot shift and slope of underlyings: the top name near 8 % of a whole market, the slope in the
 * tail 1.2.
 */
const ZIPF_SHIFT = 2;
const ZIPF_SLOPE = 1.2;

const PENNY: TickRule = { belowE4: 100, aboveE4: 100 };
const PENNY_THEN_NICKEL: TickRule = { belowE4: 100, aboveE4: 500 };
const NICKEL: TickRule = { belowE4: 500, aboveE4: 1_000 };
const PENNY_THROUGHOUT: ReadonlySet<string> = new Set(['SPY', 'QQQ', 'IWM']);

/** Shares of the venues are invented: the large ones weigh more. */
const VENUE_WEIGHTS: Readonly<Record<string, number>> = {
  C: 14,
  X: 10,
  A: 9,
  N: 9,
  I: 7,
  P: 7,
  M: 7,
  Z: 7,
  Q: 6,
  U: 6,
  E: 5,
  B: 5,
  H: 3,
  D: 3,
  J: 3,
  W: 3,
  T: 2,
  S: 2,
};
const ALL_VENUES = EXCHANGES.filter(({ opraLetter }) => VENUE_WEIGHTS[opraLetter] !== undefined).map(
  ({ id }) => id,
);
const ALL_WEIGHTS = EXCHANGES.flatMap(({ opraLetter }) => VENUE_WEIGHTS[opraLetter] ?? []);
const CBOE = 302;

function cumulated(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight) / total);
}

const ALL_SHARES = cumulated(ALL_WEIGHTS);

interface RootPlan {
  readonly root: string;
  readonly share: number;
  readonly thirdFridays: OptionClass['thirdFridays'];
  readonly schedule: Schedule | null;
}

/** The roots of an underlying and how its orders fall on them. */
function rootsOf({ name, kind }: Underlying, seedKey: number): RootPlan[] {
  if (name === 'SPX' || name === 'NDX' || name === 'RUT') {
    const afternoon = name === 'NDX' ? 'NDXP' : `${name}W`;
    return [
      { root: name, share: 0.12, thirdFridays: 'only', schedule: 'monthly' },
      { root: afternoon, share: 0.88, thirdFridays: 'with', schedule: 'daily' },
    ];
  }
  if (name === 'VIX') {
    return [
      { root: 'VIX', share: 0.8, thirdFridays: 'only', schedule: 'Wednesdays' },
      { root: 'VIXW', share: 0.2, thirdFridays: 'without', schedule: 'Wednesdays' },
    ];
  }
  const plain: RootPlan = { root: name, share: 1, thirdFridays: 'with', schedule: null };
  // A few stocks carry contracts adjusted after a corporate action, under a root with a digit.
  const adjusted = kind === 'stock' && name.length > 2 && uniformOf(mix(seedKey, 77)) < 0.02;
  if (!adjusted) return [plain];
  return [
    { ...plain, share: 0.97 },
    { root: `${name}1`, share: 0.03, thirdFridays: 'only', schedule: 'monthly' },
  ];
}

function scheduleOf({ name, kind }: Underlying, printsPerDay: number, rank: number): Schedule {
  if (kind === 'index') return 'daily';
  if (PENNY_THROUGHOUT.has(name)) return 'daily';
  if (printsPerDay > 20_000 || rank < 12) return 'thrice a week';
  return printsPerDay > 1_000 || rank < 60 ? 'weekly' : 'monthly';
}

/** 0 to 3 on a log scale: 30 prints a day or less, 300, 3,000, 30,000 or more. */
function depthOf(printsPerDay: number): number {
  return Math.min(3, Math.max(0, Math.log10(Math.max(1, printsPerDay) / 30)));
}

function classOf(underlying: Underlying, rank: number, printsPerDay: number, plan: RootPlan): OptionClass {
  const { name, kind } = underlying;
  const prints = printsPerDay * plan.share;
  const single = name === 'SPX' || name === 'VIX' || name === 'RUT';
  const depth = depthOf(prints);
  return {
    root: plan.root,
    underlying,
    rank,
    ordersPerDay: prints / PRINTS_PER_ORDER,
    key: fnv1a32(plan.root),
    underlyingKey: fnv1a32(name),
    schedule: plan.schedule ?? scheduleOf(underlying, printsPerDay, rank),
    thirdFridays: plan.thirdFridays,
    depth,
    ticks: PENNY_THROUGHOUT.has(name) ? PENNY : kind !== 'index' && rank < 400 ? PENNY_THEN_NICKEL : NICKEL,
    venues: single ? [CBOE] : ALL_VENUES,
    venueShares: single ? [1] : ALL_SHARES,
    lateClose: isLateUnderlying(name),
    extendedHours: kind === 'index' ? 'index' : kind === 'stock' && rank < 20 ? 'stock' : 'none',
    sizePower: 1 - 0.0165 * depth * depth,
    spreadFactor: 0.2 + 0.45 * (3 - depth),
  };
}

/**
 * The classes of a market of `count` underlyings and about `tradesPerDay` prints, in the order of their
 * tickers:
 * an expiry begins with the digit 2, which is why roots compare as if they ended in it.
 */
export function classesOf(count: number, tradesPerDay: number): OptionClass[] {
  const underlyings = underlyingsOf(count);
  const weights = underlyings.map((_, rank) => (rank + 1 + ZIPF_SHIFT) ** -ZIPF_SLOPE);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const classes = underlyings.flatMap((underlying, rank) => {
    const printsPerDay = (tradesPerDay * weights[rank]!) / total;
    return rootsOf(underlying, fnv1a32(underlying.name)).map((plan) =>
      classOf(underlying, rank, printsPerDay, plan),
    );
  });
  return classes.sort((a, b) => (`${a.root}2` < `${b.root}2` ? -1 : 1));
}
