// The queues of a service as its metrics tell them: what waits, what may, and what a full one refused.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Writer } from '../../src/actors/writer.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { JournalWriter } from '../../src/feeds/journal/writer.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { LiveSession } from '../../src/live/live-session.ts';
import { queueSources } from '../../src/live/queue-sources.ts';

test('a flood that neither disk nor store takes is counted where it waits and where it is refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'spyhop-queues-'));
  const clock = new ManualClock(0);
  try {
    const journal = await JournalWriter.open({ directory, date: '2026-11-20', clock, waitingBytesMax: 300 });
    const writer = new Writer(
      {
        store: () => Promise.reject(new Error('away')),
        // The store answers nobody.
        storeAlerts: () => new Promise(() => {}),
        mayPass: () => true,
        clock,
        chance: () => 0.5,
      },
      { alertsMax: 3 },
    );
    const session = { backlogRows: 17 } as LiveSession;
    const sources = queueSources({
      session: () => session,
      journal: () => journal,
      writer,
      followers: () => ({ waiting: 5, waitingMax: 8 }),
    });
    for (let n = 0; n < 4; n++) journal.append('frame', 0, Buffer.alloc(100));
    for (let n = 0; n < 5; n++) writer.alert({ id: String(n) } as Alert);
    expect(sources.queue_events?.()).toEqual({ journal: 2, writer: 0, alerts: 3, streams: 5 });
    expect(sources.queue_dropped_events_total?.()).toEqual({ journal: 2, alerts: 2 });
    expect(sources.queue_capacity_events?.()).toMatchObject({ streams: 8 });
    expect(sources.queue_backlog_events?.()).toBe(17);
    expect(sources.journal_waiting_bytes?.()).toBe(248);
    await journal.close();
    expect(sources.queue_events?.()).toMatchObject({ journal: 0 });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
