// The store behind pgbouncer in transaction mode: no session state anywhere, so nobody notices that it is there.
import { expect, it } from 'vitest';
import { alertsSince, storeAlerts } from '../../src/db/alerts.ts';
import { buildBaseline } from '../../src/db/baselines.ts';
import { endOpenGaps, listGaps, openGap } from '../../src/db/feed-gaps.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/pool.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { storeQueries } from '../../src/db/queries.ts';
import { sealDay } from '../../src/db/seal.ts';
import { verifyDay } from '../../src/db/verify.ts';
import { cloneDatabase, open } from '../support/database.ts';
import { PgBouncer } from '../support/pgbouncer.ts';
import { describeWithPrograms } from '../support/programs.ts';
import { DAY, ServiceStage } from '../support/service-stage.ts';
import { alertOfRow, SOAK_SESSION, soakBatch, soakTable } from '../support/soak-tape.ts';

const { date } = SOAK_SESSION;

describeWithPrograms('behind pgbouncer in transaction mode', ['pgbouncer'], (program) => {
  it('a schema is made, prints are stored, summed, sealed and read, from many connections at once', async () => {
    await using clone = await cloneDatabase({ migrated: false });
    await using bouncer = await PgBouncer.before(program, clone.url);
    const dbs = Array.from({ length: 4 }, () => open(bouncer.url));
    const [db = dbs[0]!] = dbs;
    await Promise.all(dbs.map((one) => migrate(one)));
    // Four writers of one tape, as after a failover: each row is stored by one of them.
    const outcomes = await Promise.all(
      dbs.map(async (one) => {
        const writer = createPrintWriter(one, soakTable());
        let stored = 0;
        for (let row = 0; row < 20_000; row += 1_000) {
          stored += (await writer.store(soakBatch(row, 1_000))).stored;
          await sumPrints(one);
          await storeAlerts(one, [alertOfRow(row)]);
        }
        return stored;
      }),
    );
    expect(outcomes.reduce((sum, stored) => sum + stored, 0)).toBe(20_000);
    expect(await sealDay(db, date)).toBe(20_000);
    expect(await createPrintWriter(db, soakTable()).store(soakBatch(19_500, 1_000))).toEqual({
      stored: 500,
      duplicate: 500,
      settled: 0,
    });
    expect(await verifyDay(db, date)).toMatchObject({ prints: 20_500, differences: [] });
    expect(await alertsSince(db, 0, 100)).toHaveLength(20);
    await openGap(db, { feed: 'socket', sessionDate: date, beganMs: 0, reason: 'test' });
    expect(await endOpenGaps(db, 'socket', 1_000)).toBe(1);
    expect(await listGaps(db, date)).toMatchObject([{ state: 'ended' }]);
    expect(await buildBaseline(db, '2026-11-23', 0)).toMatchObject({ dates: [date], made: true });
    const reader = openDatabase({
      url: bouncer.url,
      connectionsMax: 2,
      statementMsMax: 5_000,
      readOnly: true,
    });
    const page = await storeQueries(reader).prints('O:SPY261218C00600000', date, null, 10);
    expect(page?.items).toHaveLength(10);
    // Who only reads on a shared connection leaves nothing behind that keeps the next from writing.
    await expect(reader.change('delete from spyhop.alert')).rejects.toThrow(/read-only/);
    await storeAlerts(db, [alertOfRow(500)]);
    await Promise.all([...dbs, reader].map((one) => one.close()));
  });

  it('the service lives a day', async () => {
    await using stage = await ServiceStage.set();
    await using bouncer = await PgBouncer.before(program, stage.clone.url, 12);
    const service = await stage.start({ databaseUrl: bouncer.url });
    await stage.playUntil(1, service);
    await stage.settled(service);
    const stored = await stage.storedAlerts();
    expect(stored.length).toBeGreaterThan(3);
    expect(stage.told.map(({ id }) => id)).toEqual(stored);
    expect(await stage.metric(service, 'spyhop_events_unaccounted')).toBe(0);
    expect(await stage.stop(service)).toBe(0);
    const { prints, differences } = await verifyDay(stage.clone.db, service.sessionDate);
    expect(differences).toEqual([]);
    expect(prints).toBeGreaterThan(DAY.length * 0.9);
  });
});
