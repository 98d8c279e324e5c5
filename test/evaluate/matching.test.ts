// Alerts held against the truth: which anomaly each belongs to, how late it came, and which belong to none.
import { describe, expect, test } from 'vitest';
import { matchAlerts, GRACE_MS, type Spoken } from '../../src/evaluate/matching.ts';
import type { Anomaly } from '../../src/evaluate/truth.ts';

const BEGIN_MS = Date.parse('2026-11-20T15:00:00Z');
const END_MS = BEGIN_MS + 600_000;

function anomaly(fields: Partial<Anomaly> = {}): Anomaly {
  return {
    kind: 'burst',
    underlying: 'AAPL',
    contract: 'O:AAPL261218C00250000',
    beginMs: BEGIN_MS,
    endMs: END_MS,
    usualOrders: 2,
    pattern: null,
    ...fields,
  };
}

function alert(atMs: number, contracts = ['O:AAPL261218C00250000'], underlying = 'AAPL'): Spoken {
  return { atMs, underlying, contracts, score: null };
}

describe('an alert', () => {
  test('on the contract while its burst goes on finds it, as late as it came', () => {
    expect(matchAlerts([alert(BEGIN_MS + 90_000)], [anomaly()])).toEqual({
      delaysMs: [90_000],
      alerts: 1,
      falseAlerts: 0,
    });
  });

  test('before the burst, or more than five minutes after it, is false', () => {
    const alerts = [alert(BEGIN_MS - 1), alert(END_MS + GRACE_MS), alert(END_MS + GRACE_MS + 1)];
    expect(matchAlerts(alerts, [anomaly()])).toEqual({
      delaysMs: [END_MS + GRACE_MS - BEGIN_MS],
      alerts: 3,
      falseAlerts: 2,
    });
  });

  test('on another contract of the underlying is false', () => {
    const other = alert(BEGIN_MS + 1, ['O:AAPL261218P00250000']);
    expect(matchAlerts([other], [anomaly()])).toEqual({ delaysMs: [null], alerts: 1, falseAlerts: 1 });
  });

  test('on the underlying finds the contract that it names as leading', () => {
    const leading = alert(BEGIN_MS + 5, ['O:AAPL261218P00250000', 'O:AAPL261218C00250000']);
    expect(matchAlerts([leading], [anomaly()]).delaysMs).toEqual([5]);
  });

  test('on any contract finds news, which takes the whole chain, and no news of another name', () => {
    const news = anomaly({ kind: 'news', contract: null });
    const alerts = [alert(BEGIN_MS + 7, ['O:AAPL261218P00100000']), alert(BEGIN_MS + 8, ['O:A'], 'A')];
    expect(matchAlerts(alerts, [news])).toEqual({ delaysMs: [7], alerts: 2, falseAlerts: 1 });
  });

  test('that comes second is not false; the first one counts, in whatever order they are given', () => {
    const alerts = [alert(BEGIN_MS + 300_000), alert(BEGIN_MS + 60_000)];
    expect(matchAlerts(alerts, [anomaly()])).toEqual({ delaysMs: [60_000], alerts: 2, falseAlerts: 0 });
  });

  test('finds two anomalies of one contract when both go on', () => {
    const later = anomaly({ beginMs: BEGIN_MS + 60_000 });
    expect(matchAlerts([alert(BEGIN_MS + 90_000)], [anomaly(), later]).delaysMs).toEqual([90_000, 30_000]);
  });
});

test('a quiet market with a silent detector is found perfect', () => {
  expect(matchAlerts([], [])).toEqual({ delaysMs: [], alerts: 0, falseAlerts: 0 });
});
