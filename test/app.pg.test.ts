// The whole service through a day: what is told, stored, streamed and listed is the same, once, also after a restart.
import { describe, expect, it } from 'vitest';
import type { Alert } from '../src/domain/alert.ts';
import { serverEvents } from '../src/cli/server-events.ts';
import { eventually } from './support/eventually.ts';
import { DAY, ServiceStage, SESSION } from './support/service-stage.ts';

function ids(alerts: readonly { readonly id: string }[]): string[] {
  return alerts.map(({ id }) => id);
}

/** Ids of the alerts that come over the stream until it ends. */
async function follow(address: string, heard: string[]): Promise<void> {
  const response = await fetch(`${address}/v1/stream`);
  for await (const { name, id } of serverEvents(response.body!)) if (name === 'alert') heard.push(id!);
}

async function listed(address: string): Promise<Alert[]> {
  const alerts: Alert[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const place: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await (await fetch(`${address}/v1/alerts?limit=7${place}`)).json()) as {
      items: Alert[];
      next: string | null;
    };
    alerts.push(...page.items);
    cursor = page.next;
  }
  return alerts;
}

describe('a service', () => {
  it('tells, stores, streams and lists the same alerts, and accounts for every print', async () => {
    await using stage = await ServiceStage.set();
    const service = await stage.start();
    expect(service.sessionDate).toBe(SESSION.date);
    expect(service.recovery).toMatchObject({ frames: 0, prints: 0 });
    const heard: string[] = [];
    const following = follow(service.address, heard);
    await stage.playUntil(1, service);
    await stage.settled(service);
    const [count] = await stage.clone.db.rows<{ prints: number }>(
      'select count(*)::int as prints from spyhop.print',
    );
    // The player passes over what was printed before the clock begins.
    expect(count!.prints).toBeGreaterThan(DAY.length * 0.9);
    const stored = await stage.storedAlerts();
    expect(stored.length).toBeGreaterThan(3);
    expect(ids(stage.told)).toEqual(stored);
    await eventually(
      'the stream',
      () => heard.length,
      (length) => length >= stored.length,
    );
    expect(heard).toEqual(stored);
    expect(ids(await listed(service.address)).toSorted()).toEqual(stored.toSorted());

    expect(await stage.metric(service, 'spyhop_events_unaccounted')).toBe(0);
    expect(await stage.metric(service, 'spyhop_metrics_series')).toBeLessThan(1_000);
    expect(await stage.metric(service, 'spyhop_metrics_source_errors_total')).toBe(0);
    expect(await stage.metric(service, 'spyhop_feed_connected')).toBe(1);
    expect(await stage.metric(service, 'spyhop_sink_rows_total{table="print",result="inserted"}')).toBe(
      count!.prints,
    );
    expect(await stage.health(service)).toEqual({
      database: expect.objectContaining({ ready: true }),
      feed: expect.objectContaining({ ready: true }),
      journal: expect.objectContaining({ ready: true }),
      baseline: {
        ready: true,
        sentence: expect.stringMatching(/^Run 1 for 2026-11-20, of 3 sessions/),
        since: null,
      },
      writer: expect.objectContaining({ ready: true }),
      actors: { ready: true, sentence: 'Every underlying is watched.', since: null },
    });
    expect((await stage.get(service, '/health/ready')).status).toBe(200);

    expect(await stage.stop(service)).toBe(0);
    await following;
    expect(stage.logs('service.stopped')).toMatchObject([{ left: 0 }]);
    await expect(fetch(`${service.address}/health/live`)).rejects.toThrow();
  });

  it('goes on after a restart where it was, and tells no alert twice', async () => {
    await using stage = await ServiceStage.set();
    const first = await stage.start();
    await stage.playUntil(0.5, first);
    await stage.settled(first);
    expect(await stage.stop(first)).toBe(0);
    const toldBefore = ids(stage.told);
    const [before] = await stage.clone.db.rows<{ rows: number }>(
      'select max(tape_rows)::int as rows from spyhop.journal_position',
    );
    const second = await stage.start();
    expect(second.recovery.prints).toBe(before!.rows);
    expect(second.recovery.alerts).toBe(toldBefore.length);
    await stage.playUntil(1, second);
    await stage.settled(second, before!.rows + 1);
    const stored = await stage.storedAlerts();
    expect(ids(stage.told)).toEqual(stored);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored.length).toBeGreaterThan(toldBefore.length);
    const [rows] = await stage.clone.db.rows(
      `select count(*)::int as rows, count(distinct tape_row)::int as distinct, max(tape_row) + 1 as last
       from spyhop.print`,
    );
    expect(rows).toEqual({ rows: rows!['last'], distinct: rows!['last'], last: rows!['last'] });
    // The time between the two is a hole in the feed, and says so.
    const gaps = await stage.clone.db.rows(
      'select state, reason, ended_at > began_at as whole from spyhop.feed_gap',
    );
    expect(gaps).toEqual([{ state: 'ended', reason: 'start', whole: true }]);
    expect(await stage.stop(second)).toBe(0);
  });
});
