// The budget of alerts: how high a statistic must rise so that chance speaks as often as the user accepts, and no more.
import { RATE_BINS } from './order-baseline.ts';

/** Shares of the budget: contracts, underlyings, and plain rules, which keep their own count. */
export const BUDGET_SHARES = { contracts: 0.6, underlyings: 0.2, rules: 0.2 } as const;

/** Alerts a day unless the user says otherwise. */
export const ALERTS_PER_DAY = 20;

/** Groups whose tails are measured: contracts by the bin of their rate, and underlyings. */
export const TAIL_GROUPS = RATE_BINS + 1;
export const UNDERLYING_GROUP = RATE_BINS;

/** Something that rose above a tenth of the threshold and did not reach it. */
export interface HeldBack {
  readonly contract: number | null;
  readonly underlying: number;
  /** When its statistic was highest, ms after midnight. */
  readonly atMs: number;
  /** Highest statistic, as a share of the threshold: 0.1 to 1. */
  readonly share: number;
}

/** Alerts of a session so far. */
export interface Spent {
  contracts: number;
  underlyings: number;
}

/** The budget of a session in numbers. */
export interface BudgetState {
  readonly alertsPerDay: number;
  /** Orders forecast for the session; 0 when there is no baseline, and then nothing can be said. */
  readonly ordersForecast: number;
  /** Alerts so far. */
  readonly spent: Readonly<Spent>;
  /** Alerts so far against those due by now: 1 spends the budget by the close; null before the opening. */
  readonly burnRate: number | null;
  /** What came nearest, the nearest first. */
  readonly heldBack: readonly HeldBack[];
}

/**
 * The thresholds of a session. A mixture of e-detectors reaches A at most orders / A times a day by chance, so
 * A = orders forecast / alerts wanted; `factors` lower or raise it by group to what was measured (see tail-memory.ts).
 */
export class SessionBudget {
  #alertsPerDay: number;
  #ordersForecast = 0;
  #factors: Float64Array = new Float64Array(TAIL_GROUPS).fill(1);
  constructor(alertsPerDay: number) {
    this.#alertsPerDay = alertsPerDay;
  }

  get alertsPerDay(): number {
    return this.#alertsPerDay;
  }

  get ordersForecast(): number {
    return this.#ordersForecast;
  }

  /** Fixes the forecast of the session and the factors. */
  freeze(ordersForecast: number, factors: Float64Array | null): void {
    this.#ordersForecast = ordersForecast;
    if (factors !== null) this.#factors = factors.slice();
  }

  /** From the next print on, so many alerts a day are wanted. */
  change(alertsPerDay: number): void {
    this.#alertsPerDay = alertsPerDay;
  }

  factor(group: number): number {
    return this.#factors[group]!;
  }

  /** Statistic at which a group speaks; Infinity without a forecast. */
  threshold(group: number): number {
    if (this.#ordersForecast === 0) return Infinity;
    const share = group === UNDERLYING_GROUP ? BUDGET_SHARES.underlyings : BUDGET_SHARES.contracts;
    return (this.#factors[group]! * this.#ordersForecast) / (this.#alertsPerDay * share);
  }
}
