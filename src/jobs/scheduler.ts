// The scheduler: our clock decides what is due, pg-boss sees to it that it is done once, and again when it failed.
//
// pg-boss has cron too, but by the machine's time; a demo that plays last Friday on a Sunday, and a test, have another.
// So due times come from due.ts and the clock handed in, and pg-boss is only told "now, under this key": one job a key
// is queued or active at a time in all processes, a job whose process died is given out again when its heartbeat
// stops, and a failed one is repeated. What is done twice in spite of that changes nothing: the jobs are idempotent.
import { PgBoss } from 'pg-boss';
import { type BaselineRun, buildBaseline, currentRun } from '../db/baselines.ts';
import type { Database } from '../db/pool.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { columnarDays, moveToColumns } from '../db/columnar.ts';
import { sealDay, unsealedDays } from '../db/seal.ts';
import { nextDueMs, sealDueAt, sessionDueAt } from './due.ts';
import type { JobOutcome } from './job-counts.ts';
import { forgetOldDays, makeDaysAhead } from './retention.ts';

/** The clock may change its speed on the way, so it is looked at again after this at the latest, ms of the clock. */
const LOOK_MS_MAX = 5 * 60_000;
const JOB_CONNECTIONS = 2;
const QUEUE = {
  policy: 'exclusive',
  retryLimit: 5,
  retryDelay: 5,
  retryBackoff: true,
  heartbeatSeconds: 30,
} as const;
const BASELINE = 'baseline';
const RETAIN = 'retention';
const SEAL = 'seal';
const COLUMNS = 'columns';

interface SessionJob {
  readonly sessionDate: string;
}

export interface JobSettings {
  readonly url: string;
  readonly db: Database;
  /** Decides what is due; the machine's, or that of a demo. */
  readonly clock: Clock;
  /** Sessions whose prints are kept one by one, the present one among them. */
  readonly hotSessions: number;
  /** Makes the baseline of a session; of volumes alone unless given. */
  readonly makeBaseline?: (asOf: string, builtAtMs: number) => Promise<BaselineRun>;
  /** How often pg-boss looks for jobs, seconds of the machine's clock. */
  readonly pollSeconds?: number;
  /** Told after a baseline was put in force, so that engines take it. */
  readonly onBaseline?: (run: BaselineRun) => void;
  /** Told of each run of a job that has ended. */
  readonly onOutcome?: (outcome: JobOutcome) => void;
  /** Told of failed jobs, and with null of a queue or a look at what is due that failed: the database is away. */
  readonly onError?: (error: unknown, job: string | null) => void;
}

export interface Jobs {
  /** Makes the baseline of a session now, beside the schedule. */
  runBaseline(asOf: string): Promise<BaselineRun>;
  /** Ends after the job under way, or after `deadlineMs`. */
  close(deadlineMs?: number): Promise<void>;
}

/** Starts the jobs: what was missed while nobody ran is due at once. */
export async function startJobs(settings: JobSettings): Promise<Jobs> {
  const { db, clock } = settings;
  const onError = settings.onError ?? (() => {});
  const boss = new PgBoss({
    connectionString: settings.url,
    schema: 'spyhop_jobs',
    application_name: 'spyhop jobs',
    max: JOB_CONNECTIONS,
    schedule: false,
    superviseIntervalSeconds: 15,
  });
  boss.on('error', (error) => onError(error, null));
  const runBaseline = async (asOf: string): Promise<BaselineRun> =>
    reporting(settings, BASELINE, async () => {
      const make = settings.makeBaseline ?? ((date, builtAtMs) => buildBaseline(db, date, builtAtMs));
      const run = await make(asOf, clock.now());
      settings.onBaseline?.(run);
      return run;
    });
  await makeDaysAhead(db, sessionDueAt(clock.now()));
  await using onFailure = new AsyncDisposableStack();
  onFailure.defer(() => boss.stop({ graceful: false, close: true }));
  await boss.start();
  const polling = { pollingIntervalSeconds: settings.pollSeconds ?? 1 };
  await boss.createQueue(BASELINE, QUEUE);
  await boss.createQueue(RETAIN, QUEUE);
  await boss.createQueue(SEAL, QUEUE);
  await boss.work<SessionJob>(BASELINE, polling, async (jobs) => {
    for (const { data } of jobs) {
      // A job that a killed process left is given out again, perhaps days later: it must not undo a newer run.
      const inForce = await currentRun(db);
      if (inForce === null || inForce.asOf <= data.sessionDate) await runBaseline(data.sessionDate);
    }
  });
  await boss.work<SessionJob>(RETAIN, polling, async (jobs) => {
    for (const { data } of jobs) {
      await reporting(settings, RETAIN, async () => {
        await makeDaysAhead(db, data.sessionDate);
        await forgetOldDays(db, data.sessionDate, settings.hotSessions);
      });
    }
  });
  await boss.work<SessionJob>(SEAL, polling, async (jobs) => {
    for (const { data } of jobs) {
      await reporting(settings, SEAL, async () => {
        for (const date of await unsealedDays(db, data.sessionDate)) await sealDay(db, date);
      });
      await moveDue(settings, data.sessionDate);
    }
  });
  const schedule = new Schedule(boss, db, clock, onError);
  await schedule.look();
  onFailure.move();
  return {
    runBaseline,
    async close(deadlineMs = 10_000) {
      schedule.stop();
      await boss.stop({ graceful: true, close: true, timeout: deadlineMs });
    },
  };
}

/** Moves what is due into columns. What fails is told and tried again the next evening; its day answers as before. */
async function moveDue(settings: JobSettings, sealed: string): Promise<void> {
  const { db } = settings;
  for (const date of await columnarDays(db, sealed)) {
    await reporting(settings, COLUMNS, () => moveToColumns(db, date)).catch(() => {});
  }
}

/** Does the work of a job and tells how it ended; what it throws goes on to pg-boss, which tries it again. */
async function reporting<Result>(
  { clock, onOutcome, onError }: JobSettings,
  job: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const beganMs = performance.now();
  const ended = (ok: boolean): void =>
    onOutcome?.({ job, ok, durationMs: performance.now() - beganMs, endedMs: clock.now() });
  try {
    const result = await work();
    ended(true);
    return result;
  } catch (error) {
    ended(false);
    onError?.(error, job);
    throw error;
  }
}

/** Looks at the clock and asks for what is due, once a session. */
class Schedule {
  readonly #boss: PgBoss;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #onError: NonNullable<JobSettings['onError']>;
  #asked = '';
  #sealAsked = '';
  #timer: Timer | null = null;
  #stopped = false;

  constructor(boss: PgBoss, db: Database, clock: Clock, onError: NonNullable<JobSettings['onError']>) {
    this.#boss = boss;
    this.#db = db;
    this.#clock = clock;
    this.#onError = onError;
  }

  async look(): Promise<void> {
    try {
      // Asking takes time, in which the clock may have come to the next: a fast one, or a machine that slept.
      while (sessionDueAt(this.#clock.now()) > this.#asked) await this.#ask(sessionDueAt(this.#clock.now()));
      const sealDate = sealDueAt(this.#clock.now());
      if (sealDate > this.#sealAsked) {
        await this.#boss.send(SEAL, { sessionDate: sealDate }, { singletonKey: sealDate });
        this.#sealAsked = sealDate;
      }
    } catch (error) {
      // The database is away: the next look asks again.
      this.#onError(error, null);
    }
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #ask(sessionDate: string): Promise<void> {
    const current = await currentRun(this.#db);
    const key = { singletonKey: sessionDate };
    // Also when the session has a run: days may have been imported since, and an equal run is not made twice.
    if (current === null || current.asOf <= sessionDate)
      await this.#boss.send(BASELINE, { sessionDate }, key);
    await this.#boss.send(RETAIN, { sessionDate }, key);
    this.#asked = sessionDate;
  }

  #wait(): void {
    if (this.#stopped) return;
    const nowMs = this.#clock.now();
    const dueMs = (nextDueMs(nowMs) ?? Infinity) - nowMs;
    this.#timer = this.#clock.after(Math.min(dueMs, LOOK_MS_MAX), () => void this.look());
  }
}
