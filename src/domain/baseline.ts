// What is normal: the day volumes of the last sessions, and the mean they give each contract.
import type { OrderBaseline } from './order-baseline.ts';
import { sessionsBefore } from './session.ts';

/** Sessions the mean looks back. */
export const BASELINE_SESSIONS = 30;

/** Volume of every contract that traded in one session: parallel columns. */
export interface DayVolumes {
  /** New York date of the session. */
  readonly date: string;
  /** Contract numbers, each once. */
  readonly contract: Int32Array;
  /** Contracts traded in the session. */
  readonly volume: Float64Array;
  /** Prints of the session; absent or null where only volumes are known, as of aggregates. */
  readonly prints?: Float64Array | null;
}

/** Days with trades whose prints are counted for {@link VolumeBaseline.lastPrints}. */
export const LAST_PRINTS = 5;

/** The volumes a session is compared with. */
export interface VolumeBaseline {
  /** Number of its run in the store; absent where it was learned from files. */
  readonly run?: number;
  /** Sessions it rests on; 0 means there is no baseline. */
  readonly sessions: number;
  /** Their dates, oldest first. */
  readonly dates: readonly string[];
  /** What is normal of orders, for the detector `surprise`; absent or null where no orders were counted. */
  readonly orders?: OrderBaseline | null;
  /** Sum of a contract's volume over those sessions; a session it did not trade in counts 0. */
  volumeSum(contract: number): number;
  /**
   * Prints of a contract on its last {@link LAST_PRINTS} days with trades, the newest first; fewer when it has fewer
   * of which they are known. Absent where no prints are known.
   */
  lastPrints?(contract: number): ArrayLike<number>;
}

/**
 * Day volumes by session. It keeps the last {@link BASELINE_SESSIONS} up to the newest day it was given, which are
 * those that the session after it looks back to: 12 bytes for each contract of a session.
 */
export class VolumeHistory {
  readonly #days = new Map<string, DayVolumes>();

  /** Dates held, oldest first. */
  get dates(): string[] {
    return [...this.#days.keys()].toSorted();
  }

  /** Adds or replaces a session's volumes and forgets sessions that no later day can look back to. */
  add(day: DayVolumes): void {
    this.#days.set(day.date, day);
    const newest = this.dates.at(-1)!;
    const [oldest = newest] = sessionsBefore(newest, BASELINE_SESSIONS - 1);
    for (const date of this.dates) if (date < oldest) this.#days.delete(date);
  }

  /**
   * The baseline of a session: of the 30 calendar sessions before it, those held.
   * `contracts` is how many contract numbers exist; numbers given out later have the sum 0.
   */
  before(date: string, contracts: number): VolumeBaseline {
    const dates = sessionsBefore(date, BASELINE_SESSIONS).filter((candidate) => this.#days.has(candidate));
    const sums = new Float64Array(contracts);
    const days = dates.map((held) => this.#days.get(held)!);
    for (const { contract, volume } of days) {
      for (let i = 0; i < contract.length; i++) sums[contract[i]!]! += volume[i]!;
    }
    let last: LastPrints | null = null;
    return {
      sessions: dates.length,
      dates,
      volumeSum: (contract) => sums[contract] ?? 0,
      // Summed up when first asked for: most rules never ask.
      lastPrints: (contract) => (last ??= new LastPrints(days, contracts)).of(contract),
    };
  }
}

/** The prints of each contract's last days with trades, 5 numbers a contract. */
class LastPrints {
  readonly #prints: Float64Array;
  readonly #known: Uint8Array;

  /** @param days oldest first. */
  constructor(days: readonly DayVolumes[], contracts: number) {
    this.#prints = new Float64Array(contracts * LAST_PRINTS);
    this.#known = new Uint8Array(contracts);
    for (const { contract, prints = null } of days.toReversed()) {
      if (prints === null) continue;
      for (let row = 0; row < contract.length; row++) {
        const number = contract[row]!;
        const known = this.#known[number]!;
        if (known === LAST_PRINTS || prints[row]! <= 0) continue;
        this.#prints[number * LAST_PRINTS + known] = prints[row]!;
        this.#known[number] = known + 1;
      }
    }
  }

  of(contract: number): Float64Array {
    const from = contract * LAST_PRINTS;
    return this.#prints.subarray(from, from + (this.#known[contract] ?? 0));
  }
}
