// What a detector says: that something was unusual, how much so, and the numbers by which anybody recomputes it.
import type { Evidence } from '../evidence.ts';
import type { TapeKind } from '../trade.ts';

/** The detectors there are, in the order in which they speak of one print. */
export const DETECTOR_NAMES = ['threshold', 'surprise', 'zscore', 'forest'] as const;

/** Plain rules beside them, which know no normal: what is large is told, not what is unusual. */
export const PLAIN_DETECTOR_NAMES = ['sweep'] as const;

/** A detector that says what is unusual, and can be compared with the others. */
export type ComparedName = (typeof DETECTOR_NAMES)[number];

export type DetectorName = ComparedName | (typeof PLAIN_DETECTOR_NAMES)[number];

/** What can be found. */
export const FINDING_KINDS = [
  /** A contract trades as it does not at this time of day. */
  'unusual contract',
  /** An underlying does, over many of its contracts. */
  'unusual underlying',
  /** One large order was swept over several exchanges. */
  'sweep',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** The numbers a receipt needs beside those of the finding, by detector. */
export type Proof = SweepProof | ThresholdProof | SurpriseProof | ZscoreProof | ForestProof;

/** Detector `threshold`: its settings, and what the normal is made of. */
export interface ThresholdProof {
  readonly of: 'threshold';
  /** Multiple of the normal that must be exceeded, at most four decimals, and least volume, contracts. */
  readonly factor: number;
  readonly floor: number;
  /** Volume of the contract over all sessions of the baseline, and five-minute buckets of its session. */
  readonly volumeSum: number;
  readonly buckets: number;
}

/** Detector `sweep`: the order is in the prints; its size is what was observed. */
export interface SweepProof {
  readonly of: 'sweep';
  /** Least size, contracts. */
  readonly min: number;
  readonly exchanges: number;
  /** What the normal five minutes are made of, as of `threshold`. */
  readonly volumeSum: number;
  readonly buckets: number;
}

/** Detector `zscore`: the counts that today's is held against. */
export interface ZscoreProof {
  readonly of: 'zscore';
  /** Prints of the last five days with trades, the newest first. */
  readonly counts: readonly number[];
  /** Deviations that must be exceeded. */
  readonly min: number;
  /** Sample standard deviations above their mean. */
  readonly z: number;
}

/** Detector `forest`: the minute that stood apart. */
export interface ForestProof {
  readonly of: 'forest';
  readonly score: number;
  /** What the forest saw of it: logarithms of prints and premium, and the weighted imbalance. */
  readonly point: readonly number[];
  /** Minutes after the opening, and minutes the forest had taken before. */
  readonly minute: number;
  readonly minutes: number;
  /** The minutes before, the oldest first, from which the forest grows again. */
  readonly before: readonly (readonly number[])[];
}

/** One rung of the ladder as detector `surprise` saw it at the print, before it was reset. */
export interface RungProof {
  /** Least size of the rung, contracts. */
  readonly size: number;
  /** Parent orders of at least that size in the session, this one included. */
  readonly orders: number;
  /** Expected orders of that size in a session of this kind, at the level of an ordinary day. */
  readonly rate: number;
  /** Shape of today's rate before the first order; after n orders it is `shape + n`. */
  readonly shape: number;
  /** Exposure since the opening and since the rung's order before, in ordinary days. */
  readonly exposure: number;
  readonly sinceLast: number;
  /** Shiryaev-Roberts statistics by multiplier (2, 4, 8, 16, 32, 64). */
  readonly statistics: readonly number[];
}

/** Detector `surprise`: the state from which its statistic is recomputed. */
export interface SurpriseProof {
  readonly of: 'surprise';
  /** Mean of the statistics over all rungs and multipliers: what is held against the threshold. */
  readonly statistic: number;
  /** Share of a session's orders expected by now: the clock of the contract's class. */
  readonly clock: number;
  /** Today's level of the underlying without the contract, 1 on an ordinary day. */
  readonly level: number;
  /** Rung that contributes most. */
  readonly size: number;
  readonly rungs: readonly RungProof[];
  /** Version of the baseline. */
  readonly baseline: string;
  /** What the threshold follows from: orders forecast, alerts a day, share of them, factor of the recalibration. */
  readonly ordersForecast: number;
  readonly alertsPerDay: number;
  readonly budgetShare: number;
  readonly recalibration: number;
}

/** A detector's output. */
export interface Finding {
  readonly detector: DetectorName;
  readonly kind: FindingKind;
  /** The contract it is about; of an underlying the one that leads. */
  readonly contract: number;
  /** Of an underlying: the contracts that traded most in the window, the first of them {@link contract}. */
  readonly leading: readonly number[];
  /** Clock of the underlying, ms after midnight. */
  readonly atMs: number;
  /** Row of the print that decided, counted through the session's tape. */
  readonly row: number;
  readonly tape: TapeKind;
  /** What was counted in the five minutes before and including the print, and how much of it is normal. */
  readonly observed: number;
  readonly expected: number;
  /** What is counted: contracts, or parent orders of at least so many contracts. */
  readonly unit: FindingUnit;
  /** Value at which the detector speaks: of `observed` for threshold, of the proof's statistic for surprise. */
  readonly threshold: number;
  /** Sessions the normal rests on. */
  readonly sessions: number;
  /** -log10 of the probability to see this by chance; null when the detector gives none. */
  readonly surprise: number | null;
  readonly evidence: Evidence;
  readonly proof: Proof;
}

/** Contracts, prints of the day so far, or parent orders of at least `ordersOf` contracts. */
export type FindingUnit = 'contracts' | 'prints' | { readonly ordersOf: number };
