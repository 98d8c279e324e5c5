// An alert on one line: what was counted, against what, and how far its side can be trusted.
import { describe, expect, it } from 'vitest';
import { alertLine } from '../../src/cli/alert-line.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { alertAt } from '../api/service.ts';

const plain = { tone: (_tone: string, text: string) => text } as Terminal;

describe('the line of an alert', () => {
  it('says what was counted, its premium, its orders, and the probability that it was bought', () => {
    expect(alertLine(alertAt(2, { probabilityBuy: 0.5769 }), plain)).toBe(
      '12:00:02 NVDA 18 Dec 26 180 call · 4,100 contracts in 5 min, normal 13 · $2.0K · 12 orders, 3 sweeps · ' +
        'bullish 0.91, P(buy) 0.58',
    );
  });

  it('says what other detectors count, and nothing of a side that nobody knows', () => {
    const unknown = {
      side: 'unknown',
      direction: 'unknown',
      directionShare: null,
      probabilityBuy: null,
      unit: 'prints',
    } as const;
    const zscore = alertLine(alertAt(2, { ...unknown, detector: 'zscore', observed: 9, expected: 4 }), plain);
    expect(zscore).toContain('· 9 prints so far today, normal 4.0 ·');
    expect(zscore).toMatch(/ · side unknown$/);
    const forest = alertLine(
      alertAt(2, { ...unknown, detector: 'forest', observed: 212, expected: 16 }),
      plain,
    );
    expect(forest).toContain('· 212 prints of the underlying in a minute, normal 16 ·');
  });
});
