// What the writer's transactions have lived through, in plain numbers: how long they took, and why they failed.
import { errorClassOf, type StoreErrorClass } from '../db/sqlstate.ts';
import { ANSWER_BOUNDS_SECONDS, Histogram } from '../lib/histogram.ts';

/** Counts of the writer's transactions since the start of the process. */
export class StoreCounts {
  readonly flushes = new Histogram(ANSWER_BOUNDS_SECONDS);
  readonly errors: Partial<Record<StoreErrorClass, number>> = {};

  /** Runs a transaction and takes its time; what it throws is passed on. */
  async timed<Result>(transaction: () => Promise<Result>): Promise<Result> {
    const beganMs = performance.now();
    const result = await transaction();
    this.flushes.observe((performance.now() - beganMs) / 1000);
    return result;
  }

  /** Counts a failure by its kind. */
  failed(error: unknown): void {
    const kind = errorClassOf(error);
    this.errors[kind] = (this.errors[kind] ?? 0) + 1;
  }
}
