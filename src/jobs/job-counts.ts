// Runs of the jobs in plain numbers, read when somebody scrapes.
import type { MetricSources } from '../metrics.ts';

/** Every job there is. */
export const JOB_NAMES = ['baseline', 'retention', 'seal', 'columns'];

/** A run of a job that has ended. */
export interface JobOutcome {
  readonly job: string;
  readonly ok: boolean;
  readonly durationMs: number;
  /** Epoch ms of its end, by the clock of the jobs. */
  readonly endedMs: number;
}

interface Tally {
  ok: number;
  failed: number;
  lastSuccessMs: number;
  lastDurationMs: number;
}

/** Counts of the jobs since the start of the process. */
export class JobCounts {
  readonly #tallies = new Map<string, Tally>();

  /** Counts a run. */
  add({ job, ok, durationMs, endedMs }: JobOutcome): void {
    const tally = this.#tallies.getOrInsertComputed(job, () => ({
      ok: 0,
      failed: 0,
      lastSuccessMs: 0,
      lastDurationMs: 0,
    }));
    tally[ok ? 'ok' : 'failed']++;
    tally.lastDurationMs = durationMs;
    if (ok) tally.lastSuccessMs = endedMs;
  }

  /** Every job that ran, by name. */
  get states(): readonly ({ readonly job: string } & Readonly<Tally>)[] {
    return Array.from(this.#tallies, ([job, tally]) => ({ job, ...tally })).toSorted((a, b) =>
      a.job < b.job ? -1 : 1,
    );
  }

  /** The jobs' part of the metrics' sources. */
  sources() {
    const byJob = <Value>(read: (tally: Tally) => Value): Record<string, Value> =>
      Object.fromEntries(Array.from(this.#tallies, ([job, tally]) => [job, read(tally)]));
    return {
      job_runs_total: () => byJob(({ ok, failed }) => ({ ok, failed })),
      job_last_success_timestamp_seconds: () => byJob(({ lastSuccessMs }) => lastSuccessMs / 1000),
      job_last_duration_seconds: () => byJob(({ lastDurationMs }) => lastDurationMs / 1000),
    } satisfies MetricSources;
  }
}
