// The service on bad days: the line drops, the vendor sends rubbish, the key is wrong, the database goes away.
import { describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { DAY, KEY, ServiceStage, SESSION } from './support/service-stage.ts';
import { TcpProxy } from './support/tcp-proxy.ts';

async function printsOf(stage: ServiceStage): Promise<{ rows: number; distinct: number; last: number }> {
  const [row] = await stage.clone.db.rows<{ rows: number; distinct: number; last: number }>(
    `select count(*)::int as rows, count(distinct tape_row)::int as distinct,
       coalesce(max(tape_row) + 1, 0)::int as last from spyhop.print`,
  );
  return row!;
}

/** So slow that a day is many frames even on a busy machine. */
const SLOW = 200;

/** The stored alerts in their order, once Postgres has ended what it was told before its lines broke. */
async function alertsAtRest(stage: ServiceStage): Promise<string[]> {
  await eventually(
    'Postgres to rest',
    () =>
      stage.clone.db.rows(
        `select pid, state from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
      ),
    (busy) => busy.length === 0,
  );
  return stage.storedAlerts();
}

describe('a service on a bad day', () => {
  it('comes back after a line that dropped, and the hole has a beginning and an end', async () => {
    await using stage = await ServiceStage.set();
    const service = await stage.start();
    await stage.playUntil(0.2, service);
    stage.provider.drop();
    await eventually(
      'the loss',
      () => service.feedState(),
      (state) => state !== 'live',
    );
    expect((await stage.health(service))['feed']).toMatchObject({
      ready: false,
      sentence: expect.stringMatching(/^the feed is down .*trying again in \d+ s$/) as string,
    });
    expect((await stage.get(service, '/health/ready')).status).toBe(503);
    await stage.playUntil(0.4, service);
    await stage.settled(service);
    const gaps = await eventually(
      'the row of the gap',
      () =>
        stage.clone.db.rows('select state, session_date, ended_at > began_at as whole from spyhop.feed_gap'),
      (rows) => rows[0]?.['state'] === 'ended',
    );
    expect(gaps).toEqual([{ state: 'ended', session_date: SESSION.date, whole: true }]);
    expect(await stage.metric(service, 'spyhop_feed_gaps_open')).toBe(0);
    expect(await stage.metric(service, 'spyhop_feed_gaps_total')).toBe(1);
    expect(await stage.stop(service)).toBe(0);
  });

  it('survives a feed that repeats itself, is out of order and full of rubbish, and counts it', async () => {
    await using stage = await ServiceStage.set();
    Object.assign(stage.provider.faults, { duplicate: true, shuffle: true, garbage: true });
    const service = await stage.start();
    await stage.playUntil(0.6, service);
    // A busy machine plays the day in few frames: it goes on slowly until rubbish of both kinds was among them.
    stage.marketClock.setSpeed(SLOW);
    for (const reason of ['invalid_json', 'bad_number']) {
      await eventually(
        reason,
        async () => stage.metric(service, `spyhop_feed_parse_errors_total{reason="${reason}"}`),
        (count) => count > 0,
      );
    }
    stage.marketClock.setSpeed(1);
    const { rows, distinct, last } = await eventually(
      'every print to have come twice',
      async () => {
        const duplicates = await stage.metric(service, 'spyhop_duplicate_events_total');
        return { duplicates, ...(await printsOf(stage)) };
      },
      (seen) => seen.duplicates === seen.rows,
    );
    expect({ rows, distinct }).toEqual({ rows: last, distinct: last });
    expect(rows).toBeGreaterThan(DAY.length * 0.4);
    expect(await stage.metric(service, 'spyhop_events_unaccounted')).toBe(0);
    expect(stage.logs('actor.failed')).toEqual([]);
    expect(await stage.stop(service)).toBe(0);
  });

  it('says that the key is refused, and its API stays', async () => {
    await using stage = await ServiceStage.set({ withHistory: false });
    const feed = { url: stage.provider.url, key: 'another-key-of-somebody' };
    const service = await stage.start({ feed });
    await eventually(
      'the refusal',
      () => service.feedState(),
      (state) => state === 'refused',
    );
    const { feed: said, baseline } = await stage.health(service);
    expect(said).toMatchObject({ ready: false });
    expect(said!.sentence).toMatch(/^the provider refused the key: check MASSIVE_API_KEY/);
    expect(baseline).toMatchObject({
      ready: false,
      sentence: expect.stringMatching(/spyhop import/) as string,
    });
    expect((await stage.get(service, '/v1/alerts')).status).toBe(200);
    expect(JSON.stringify(stage.logged)).not.toContain('another-key-of-somebody');
    expect(JSON.stringify(stage.logged)).not.toContain(KEY);
    expect(await stage.stop(service)).toBe(0);
  });

  it('journals on while the database is away, says so, and stores everything once it is back', async () => {
    await using stage = await ServiceStage.set();
    const { proxy, url } = await TcpProxy.before(stage.clone.url);
    await using _line = proxy;
    const service = await stage.start({ databaseUrl: url });
    await stage.playUntil(0.3, service);
    proxy.cut();
    await stage.playUntil(0.6, service);
    const away = await eventually(
      'the writer to notice',
      () => stage.health(service),
      (health) => health['writer']?.ready === false,
    );
    expect(away['database']).toMatchObject({
      ready: false,
      sentence: expect.stringMatching(/does not answer/) as string,
    });
    expect(away['feed']).toMatchObject({ ready: true });
    expect(away['journal']).toMatchObject({ ready: true });
    // The newest alerts are answered from memory; what has a filter is asked of the store.
    expect((await stage.get(service, '/v1/alerts?severity=high')).status).toBe(503);
    const stored = await printsOf(stage);
    proxy.mend();
    await stage.playUntil(0.8, service);
    await stage.settled(service, stored.rows + 1);
    await eventually('health', async () => (await stage.health(service))['writer']?.ready === true);
    const { rows, distinct, last } = await printsOf(stage);
    expect({ rows, distinct }).toEqual({ rows: last, distinct: last });
    expect(rows).toBeGreaterThan(DAY.length * 0.7);
    expect(stage.told.map(({ id }) => id)).toEqual(await stage.storedAlerts());
    expect(await stage.stop(service)).toBe(0);
  });

  it('ends in time though the database is away, and the next start stores what was left', async () => {
    await using stage = await ServiceStage.set();
    const { proxy, url } = await TcpProxy.before(stage.clone.url);
    await using _line = proxy;
    const service = await stage.start({ databaseUrl: url });
    await stage.playUntil(0.3, service);
    proxy.cut();
    await stage.playUntil(0.5, service);
    const left = await stage.stop(service, 1_000);
    expect(left).toBeGreaterThan(0);
    expect(stage.logs('service.stopped')).toMatchObject([{ left }]);
    // Told at most once: where the line broke between a commit and its answer, the last alerts are stored and not told.
    const storedBefore = await alertsAtRest(stage);
    const toldBefore = stage.told.map(({ id }) => id);
    expect(toldBefore).toEqual(storedBefore.slice(0, toldBefore.length));

    const next = await stage.start();
    await stage.settled(next, next.recovery.prints);
    const { rows, distinct, last } = await printsOf(stage);
    expect({ rows, distinct }).toEqual({ rows: last, distinct: last });
    expect(rows).toBeGreaterThanOrEqual(next.recovery.prints);
    expect(await stage.stop(next)).toBe(0);
    const stored = await stage.storedAlerts();
    expect(stored.slice(0, storedBefore.length)).toEqual(storedBefore);
    expect(stage.told.map(({ id }) => id)).toEqual([...toldBefore, ...stored.slice(storedBefore.length)]);
    expect(stored.length).toBeGreaterThan(0);
  });
});
