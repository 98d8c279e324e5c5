// The clock of a session: which share of a day's orders is expected by a moment, by kind of contract.
import { ORDER_CLOCKS } from './order-class.ts';
import { BUCKET_MS, type Session } from './session.ts';

/** Five-minute buckets of a full day of the classes that trade longest: to 16:15. */
export const CLOCK_BUCKETS = 81;
/** Buckets until the regular close. */
const REGULAR_BUCKETS = 78;
/** Distance of the entries of the table; in between it is a straight line. */
const STEP_MS = 5_000;
const STEPS_A_BUCKET = BUCKET_MS / STEP_MS;

/** Orders of which the profile that is assumed before any is seen weighs as much: after a few days it is forgotten. */
const ASSUMED_ORDERS = 2_000;

/** What is assumed before anything is seen: busy at the opening, quiet at noon, busier at the end. */
function assumedShare(bucket: number, late: boolean): number {
  if (bucket >= REGULAR_BUCKETS) return late ? 0.35 : 0;
  return 1 + 1.7 * Math.exp(-(bucket + 0.5) / 5) + Math.exp(-(REGULAR_BUCKETS - bucket - 0.5) / 5);
}

/**
 * Adds a day's orders to the counts of the clocks, of which earlier days keep `decay`; the last clock of a family is
 * that of all its contracts.
 */
export function learnProfile(profile: Float64Array, day: Float64Array, decay: number): void {
  for (let clock = 0; clock < ORDER_CLOCKS; clock++) {
    const pooled = clock | 3;
    for (let bucket = 0; bucket < CLOCK_BUCKETS; bucket++) {
      const orders = day[clock * CLOCK_BUCKETS + bucket]!;
      if (clock % 4 === 0) profile[pooled * CLOCK_BUCKETS + bucket]! *= decay;
      if (clock === pooled) continue;
      const at = clock * CLOCK_BUCKETS + bucket;
      profile[at] = decay * profile[at]! + orders;
      profile[pooled * CLOCK_BUCKETS + bucket]! += orders;
    }
  }
}

/** Orders of an ordinary day by clock and bucket, learned or assumed, as shares that add up to 1 a clock. */
export function profileShares(counts: Float64Array): Float64Array {
  const shares = new Float64Array(ORDER_CLOCKS * CLOCK_BUCKETS);
  for (let clock = 0; clock < ORDER_CLOCKS; clock++) {
    const late = clock >= ORDER_CLOCKS / 2;
    const at = clock * CLOCK_BUCKETS;
    let assumed = 0;
    let seen = 0;
    for (let bucket = 0; bucket < CLOCK_BUCKETS; bucket++) {
      assumed += assumedShare(bucket, late);
      seen += counts[at + bucket]!;
    }
    for (let bucket = 0; bucket < CLOCK_BUCKETS; bucket++) {
      const before = (ASSUMED_ORDERS * assumedShare(bucket, late)) / assumed;
      shares[at + bucket] = (before + counts[at + bucket]!) / (ASSUMED_ORDERS + seen);
    }
  }
  return shares;
}

/**
 * The clocks of one session. A half day runs through the same profile in less time. It stands still while the feed
 * is away, so that nothing is expected of a time in which nothing could be seen.
 */
export class SessionClock {
  readonly openMs: number;
  readonly #steps: number;
  /** Share expected by each step, `clock * (steps + 1) + step`. */
  readonly #shares: Float64Array;

  constructor(session: Session, profile: Float64Array) {
    this.openMs = session.openMs;
    this.#steps = (session.lateCloseMs - session.openMs) / STEP_MS;
    this.#shares = new Float64Array(ORDER_CLOCKS * (this.#steps + 1));
    // On a half day the regular part is pressed together; the quarter of an hour after it keeps its length.
    const regularSteps = (session.closeMs - session.openMs) / STEP_MS;
    const pace = (REGULAR_BUCKETS * STEPS_A_BUCKET) / regularSteps;
    for (let clock = 0; clock < ORDER_CLOCKS; clock++) {
      const at = clock * (this.#steps + 1);
      let sum = 0;
      for (let step = 0; step < this.#steps; step++) {
        const regular = step < regularSteps;
        const place = regular ? step * pace : REGULAR_BUCKETS * STEPS_A_BUCKET + step - regularSteps;
        const bucket = Math.min(CLOCK_BUCKETS - 1, Math.floor(place / STEPS_A_BUCKET));
        sum += (profile[clock * CLOCK_BUCKETS + bucket]! / STEPS_A_BUCKET) * (regular ? pace : 1);
        this.#shares[at + step + 1] = sum;
      }
      for (let step = 1; step <= this.#steps; step++) this.#shares[at + step]! /= sum;
    }
  }

  /** Share of the day's orders expected by an offset (ms after midnight), 0 before the opening. */
  shareAt(clock: number, atMs: number): number {
    const place = (atMs - this.openMs) / STEP_MS;
    if (place <= 0) return 0;
    const step = Math.floor(place);
    const at = clock * (this.#steps + 1);
    if (step >= this.#steps) return this.#shares[at + this.#steps]!;
    const before = this.#shares[at + step]!;
    return before + (place - step) * (this.#shares[at + step + 1]! - before);
  }

  /** Takes the time from `fromMs` to `toMs` out of all clocks: the feed was away. Whole steps stand still. */
  standStill(fromMs: number, toMs: number): void {
    const from = Math.max(0, Math.floor((fromMs - this.openMs) / STEP_MS));
    const to = Math.min(this.#steps, Math.ceil((toMs - this.openMs) / STEP_MS));
    if (from >= to) return;
    for (let clock = 0; clock < ORDER_CLOCKS; clock++) {
      const at = clock * (this.#steps + 1);
      const lost = this.#shares[at + to]! - this.#shares[at + from]!;
      this.#shares.fill(this.#shares[at + from]!, at + from, at + to + 1);
      for (let step = to + 1; step <= this.#steps; step++) this.#shares[at + step]! -= lost;
    }
  }
}
