// The newest alerts in memory: the same page as the store's, to the byte, and never one that may lack an alert.
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RecentAlerts } from '../../src/api/recent-alerts.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { Page } from '../../src/domain/answers.ts';
import { assertProperty } from '../support/properties.ts';
import { alertAt, serviceOf } from './service.ts';

const cursorOf = ({ id }: Alert): string => `after ${id}`;
/** The first page of a list that the store gives. */
function pageOf(alerts: readonly Alert[], limit: number): Page<Alert> {
  const items = alerts.slice(0, limit);
  const last = items.at(-1);
  return { items, next: alerts.length > limit ? { atMs: Date.parse(last!.at), key: last!.id } : null };
}

const inList = (alerts: readonly Alert[]): Alert[] =>
  alerts.toSorted((a, b) => (a.at < b.at || (a.at === b.at && a.id < b.id) ? 1 : -1));

describe('the newest alerts', () => {
  it('are nothing before the store was asked', () => {
    const recent = new RecentAlerts();
    recent.put([alertAt(1)]);
    expect(recent.page(1, cursorOf)).toBeNull();
    recent.load(pageOf([alertAt(0)], 10));
    expect(recent.page(5, cursorOf)?.items).toEqual([alertAt(1), alertAt(0)]);
  });

  it('leave a page to the store when it may reach behind what is held', () => {
    const recent = new RecentAlerts(3);
    recent.load(
      pageOf(
        [4, 3, 2, 1].map((n) => alertAt(n)),
        3,
      ),
    );
    expect(recent.page(2, cursorOf)?.items).toEqual([alertAt(4), alertAt(3)]);
    expect(recent.page(3, cursorOf)).toBeNull();
  });

  it('give an alert that was changed in the place of the old one', () => {
    const recent = new RecentAlerts();
    recent.load(pageOf([alertAt(2), alertAt(1)], 10));
    expect(recent.page(2, cursorOf)?.text).not.toContain('"flags":["new contract"]');
    recent.put([alertAt(1, { flags: ['new contract'] })]);
    expect(recent.page(2, cursorOf)?.items).toEqual([alertAt(2), alertAt(1, { flags: ['new contract'] })]);
  });

  it('are, in any order of coming, the first page of the list', () => {
    const number = fc.integer({ min: 0, max: 30 });
    assertProperty(
      fc.property(
        fc.uniqueArray(number),
        fc.uniqueArray(number),
        fc.integer({ min: 1, max: 12 }),
        (old, fresh, limit) => {
          const stored = inList(old.map((n) => alertAt(n)));
          const recent = new RecentAlerts(10);
          recent.load(pageOf(stored, recent.max));
          recent.put(fresh.map((n) => alertAt(n)));
          const all = inList([...new Set([...old, ...fresh])].map((n) => alertAt(n)));
          const page = recent.page(limit, cursorOf);
          if (page === null) return;
          expect(page.items).toEqual(all.slice(0, limit));
          expect(page.next).toBe(all.length > limit ? cursorOf(all[limit - 1]!) : null);
        },
      ),
    );
  });
});

test('the page in memory is the page of the store, to the byte, in every format', async () => {
  const recent = new RecentAlerts();
  const asked = serviceOf({ alerts: 9 });
  const held = serviceOf({ alerts: 9, recent });
  recent.load(pageOf(inList(held.store.stored), 100));
  for (const accept of ['application/json', 'text/csv', 'application/x-ndjson']) {
    for (const limit of [1, 8, 9, 10]) {
      const address = `/v1/alerts?limit=${limit}`;
      const [a, b] = [await asked.get(address, { accept }), await held.get(address, { accept })];
      expect([b.body, b.headers.link, b.headers['content-type']]).toEqual([
        a.body,
        a.headers.link,
        a.headers['content-type'],
      ]);
    }
  }
  expect(held.store.asked).toEqual([]);
  await held.get('/v1/alerts?limit=1&severity=high');
  expect(held.store.asked).toHaveLength(1);
});
