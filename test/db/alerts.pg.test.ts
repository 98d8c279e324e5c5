// Alerts on their way into the store: nobody sees one before the journal that raised it is on its disk.
import { expect, it } from 'vitest';
import { lastInsertion, storeAlerts } from '../../src/db/alerts.ts';
import { cloneDatabase, open } from '../support/database.ts';
import { alertOfRow, rowOfAlert } from '../support/soak-tape.ts';

const ALERTS = Array.from({ length: 5_000 }, (_alert, row) => row)
  .filter(rowOfAlert)
  .slice(0, 3)
  .map(alertOfRow);

it('shows alerts after the journal is on its disk, and none when the disk fails', async () => {
  await using clone = await cloneDatabase();
  const follower = open(clone.url);
  try {
    expect(ALERTS).toHaveLength(3);
    const full = storeAlerts(clone.db, ALERTS, async () => Promise.reject(new Error('the disk is full')));
    await expect(full).rejects.toThrow('the disk is full');
    expect(await lastInsertion(follower)).toBe(0);
    let seen = -1;
    const stored = await storeAlerts(clone.db, ALERTS, async () => {
      seen = await lastInsertion(follower);
    });
    expect([stored, seen]).toEqual([3, 0]);
    expect(await lastInsertion(follower)).toBeGreaterThan(0);
  } finally {
    await follower.close();
  }
});
