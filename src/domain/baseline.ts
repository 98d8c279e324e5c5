// What is normal: the day volumes of the last sessions, and the mean they give each contract.
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
}

/** The volumes a session is compared with. */
export interface VolumeBaseline {
  /** Sessions it rests on; 0 means there is no baseline. */
  readonly sessions: number;
  /** Their dates, oldest first. */
  readonly dates: readonly string[];
  /** Sum of a contract's volume over those sessions; a session it did not trade in counts 0. */
  volumeSum(contract: number): number;
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
    for (const held of dates) {
      const { contract, volume } = this.#days.get(held)!;
      for (let i = 0; i < contract.length; i++) sums[contract[i]!]! += volume[i]!;
    }
    return { sessions: dates.length, dates, volumeSum: (contract) => sums[contract] ?? 0 };
  }
}
