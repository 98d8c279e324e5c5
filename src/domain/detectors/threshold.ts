// Detector `threshold`: five-minute volume of a contract against its mean of the last sessions, the classic rule.
import { Decimal } from 'decimal.js';
import { digest } from '../../lib/digest.ts';
import type { VolumeBaseline } from '../baseline.ts';

/** Length of the rolling window, and how long a contract must stay below before it may alert again. */
export const THRESHOLD_WINDOW_MS = 300_000;
export const THRESHOLD_REARM_MS = 300_000;

/** Settings of the rule. */
export interface ThresholdSettings {
  /** Multiple of the normal five-minute volume that must be exceeded, a decimal > 0. */
  readonly factor: Decimal;
  /** Contracts in five minutes below which nothing is said. */
  readonly floor: number;
}

/** Ten times the normal, and at least 500 contracts: quiet contracts are in reach, single lots are not. */
export const DEFAULT_THRESHOLD: ThresholdSettings = { factor: new Decimal(10), floor: 500 };

/** The rule in one line of text: what alerts name and what their ids rest on. */
export function thresholdRule(settings: ThresholdSettings): { readonly id: string; readonly hash: string } {
  return {
    id: 'threshold',
    hash: digest(
      `threshold factor=${settings.factor.toString()} floor=${settings.floor} window=5m sessions=30`,
      12,
    ),
  };
}

/** Volume that no contract reaches: the trigger where there is no baseline. */
export const NEVER = 0x7fffffff;

/** What stands where the detector was not asked for: no volume reaches its trigger. */
export const SILENT_THRESHOLD: CompiledThreshold = { numerator: 1, denominator: 1, floor: 0x7fffffff };

/** The factor as an exact fraction, so that a trigger is found without decimals for each of 400,000 contracts. */
export interface CompiledThreshold {
  readonly numerator: number;
  readonly denominator: number;
  readonly floor: number;
}

/** Larger factors would let `factor x volume` leave the exact integers: 90 million contracts are its limit here. */
const FACTOR_MAX = 10_000;

/** Prepares settings for {@link triggerVolume}. Throws RangeError when factor or floor is out of its range. */
export function compileThreshold({ factor, floor }: ThresholdSettings): CompiledThreshold {
  const denominator = 10_000;
  const numerator = factor.times(denominator);
  if (!numerator.isInteger() || numerator.lte(0) || factor.gt(FACTOR_MAX)) {
    throw new RangeError(
      `factor ${factor.toString()} is not between 0.0001 and 10,000 with at most four decimals`,
    );
  }
  if (!Number.isInteger(floor) || floor < 0 || floor >= NEVER) {
    throw new RangeError(`floor ${floor} is not a whole number of contracts from 0 to ${NEVER - 1}`);
  }
  return { numerator: numerator.toNumber(), denominator, floor };
}

/**
 * The smallest rolling volume, in contracts, that raises an alert:
 * volume > factor x (volume of the sessions / sessions / buckets) and volume >= floor.
 * `buckets` is the number of five-minute buckets of the contract's session. {@link NEVER} without a baseline.
 */
export function triggerVolume(
  rule: CompiledThreshold,
  volumeSum: number,
  sessions: number,
  buckets: number,
): number {
  if (sessions === 0) return NEVER;
  // Both products are whole numbers below 2^53, and then the floor of their rounded quotient is exact.
  const whole = Math.floor((rule.numerator * volumeSum) / (rule.denominator * sessions * buckets));
  return Math.min(Math.max(whole + 1, rule.floor, 1), NEVER);
}

/** The normal volume of five minutes: mean day volume of the sessions divided by the buckets of a session. */
export function normalVolume(baseline: VolumeBaseline, contract: number, buckets: number): number {
  return baseline.sessions === 0 ? 0 : baseline.volumeSum(contract) / baseline.sessions / buckets;
}
