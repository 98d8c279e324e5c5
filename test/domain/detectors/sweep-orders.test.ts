// Sweeps: an order is assembled from its legs and told once, when it is large, marked and on several exchanges.
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/domain/detectors/finding.ts';
import { sweepDetector } from '../../../src/domain/detectors/sweep-orders.ts';
import { requireSession } from '../../../src/domain/session.ts';
import type { Print } from '../../../src/domain/trade.ts';
import { at, fold, isCancel, print } from '../../support/tape.ts';

const ISO = 219;
const MARKET = {
  session: requireSession('2025-11-26'),
  tickers: ['O:NVDA251219C00180000', 'O:NVDA251219P00170000'],
  sessions: 30,
  volumeSums: [7_800, 0],
  factor: '10000',
  floor: 1_000_000,
};

function sweepsOf(prints: readonly Print[], cuts: readonly number[] = []): Finding[] {
  return fold({ ...MARKET, detectors: [sweepDetector()] }, prints, cuts).findings;
}

/** Legs of one order, some ms apart, on exchange after exchange. */
function legs(
  time: string,
  sizes: readonly number[],
  { condition = ISO, exchanges = 4, apartMs = 5 } = {},
): Print[] {
  return sizes.map((size, leg) =>
    print('00:00', size, { atMs: at(time) + leg * apartMs, condition, exchange: 300 + (leg % exchanges) }),
  );
}

describe('a sweep', () => {
  it('is told at the leg with which its order reaches 500 contracts, once', () => {
    const [first, ...more] = sweepsOf(legs('10:00', [200, 150, 100, 80, 300]));
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      detector: 'sweep',
      kind: 'sweep',
      atMs: at('10:00') + 15,
      observed: 530,
      expected: 7_800 / 30 / 78,
      threshold: 500,
      proof: { of: 'sweep', exchanges: 4 },
    });
  });

  it.each<[string, readonly Print[]]>([
    ['of one exchange', legs('10:00', [300, 300], { exchanges: 1 })],
    ['without a marked leg', legs('10:00', [300, 300], { condition: 209 })],
    ['of legs that lie too far apart', legs('10:00', [300, 300], { apartMs: 101 })],
    ['that is small', legs('10:00', [200, 200])],
    ['of two contracts', legs('10:00', [300, 300]).map((leg, contract) => ({ ...leg, contract }))],
  ])('is none %s', (_what, prints) => {
    expect(prints.some(isCancel)).toBe(false);
    expect(sweepsOf(prints)).toEqual([]);
  });

  it('is told again after five minutes, and however the tape is cut', () => {
    const tape = ['10:00', '10:02', '10:05:01'].flatMap((time) => legs(time, [300, 300]));
    const times = (cuts: readonly number[]): number[] => sweepsOf(tape, cuts).map(({ atMs }) => atMs);
    expect(times([])).toEqual([at('10:00') + 5, at('10:05:01') + 5]);
    expect(times([1])).toEqual(times([]));
    expect(times([2, 3])).toEqual(times([]));
  });
});
