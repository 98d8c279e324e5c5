// The jobs on a clock moved by hand: what was missed is caught up, each session once, and the new baseline is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BaselineRun, buildBaseline, currentRun } from '../../src/db/baselines.ts';
import { makeDay } from '../../src/db/day-tables.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { type Jobs, startJobs } from '../../src/jobs/scheduler.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const FRIDAY = requireSession('2026-11-20');

/** A session of two contracts: the first trades `volume`, the second once a week. */
async function addDay(clone: TestDatabase, date: string, volume: number): Promise<void> {
  await makeDay(clone.db, date);
  const weekly = new Date(date).getUTCDay() === 1;
  await clone.db.rows(
    `insert into spyhop.day_summary (session_date, contract_id, volume, prints, premium_cents)
     select $1::date, contract, volume, 0, 0 from unnest($2::int[], $3::bigint[]) as day (contract, volume)`,
    [date, weekly ? [1, 2] : [1], weekly ? [volume, 10] : [volume]],
  );
}

describe('the jobs', () => {
  let clone: TestDatabase;
  let jobs: Jobs | null = null;
  beforeEach(async () => {
    clone = await cloneDatabase();
  });
  afterEach(async () => {
    await jobs?.close();
    jobs = null;
    await clone[Symbol.asyncDispose]();
  });

  const start = async (clock: ManualClock): Promise<() => Promise<BaselineRun>> => {
    const runs: BaselineRun[] = [];
    const takers: Array<(run: BaselineRun) => void> = [];
    jobs = await startJobs({
      url: clone.url,
      db: clone.db,
      clock,
      hotSessions: 5,
      pollSeconds: 0.5,
      onBaseline: (run) => {
        const taker = takers.shift();
        if (taker === undefined) runs.push(run);
        else taker(run);
      },
    });
    return () =>
      new Promise((done) => {
        const run = runs.shift();
        if (run === undefined) takers.push(done);
        else done(run);
      });
  };

  it('catch up with a baseline that was missed, and make the next when the clock comes to it', async () => {
    for (const date of sessionsBefore('2026-11-20', 35)) await addDay(clone, date, 100);
    // Sunday evening: the newest due is that of Friday.
    const clock = new ManualClock(Date.parse('2026-11-22T23:00:00Z'));
    const nextRun = await start(clock);
    const first = await nextRun();
    expect([first.asOf, first.dates.length, first.dates[0]]).toEqual(['2026-11-20', 30, '2026-10-09']);
    await addDay(clone, FRIDAY.date, 400);
    clock.moveTo(Date.parse('2026-11-23T13:00:00Z'));
    const second = await nextRun();
    expect([second.asOf, second.dates.at(-1)]).toEqual(['2026-11-23', '2026-11-20']);
    expect((await currentRun(clone.db))?.run).toBe(second.run);
    const sums = await clone.db.rows(
      'select contract_id, volume_sum from spyhop.baseline_value where run = $1 order by contract_id',
      [second.run],
    );
    expect(sums).toEqual([
      { contract_id: 1, volume_sum: 29 * 100 + 400 },
      { contract_id: 2, volume_sum: 6 * 10 },
    ]);
  });

  it('count a session that nobody recorded for nothing, and one without the contract as 0', async () => {
    const dates = sessionsBefore('2026-11-20', 10);
    for (const date of dates.slice(5)) await addDay(clone, date, 50);
    const run = await buildBaseline(clone.db, '2026-11-20', 0);
    expect(run.dates).toEqual(dates.slice(5));
  });

  it('give the same run for the same days, and another when a day changes', async () => {
    for (const date of sessionsBefore('2026-11-20', 3)) await addDay(clone, date, 50);
    const first = await buildBaseline(clone.db, '2026-11-20', 0);
    expect(await buildBaseline(clone.db, '2026-11-20', 1)).toEqual({ ...first, made: false });
    await clone.db.change('update spyhop.day_summary set volume = volume + 1 where contract_id = 1');
    const [a, b] = await Promise.all([
      buildBaseline(clone.db, '2026-11-20', 2),
      buildBaseline(clone.db, '2026-11-20', 3),
    ]);
    expect(a.made).not.toBe(b.made);
    expect(a.run).toBe(b.run);
    expect(a.run).not.toBe(first.run);
  });

  it('make an empty baseline where there is no history, and say so', async () => {
    expect(await buildBaseline(clone.db, '2026-11-20', 0)).toMatchObject({ dates: [], contracts: 0 });
  });
});
