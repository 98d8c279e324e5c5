// Stories of the detector `surprise`: what it says of quiet contracts, sweeps, news, blocks and the feed's absence.
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/lib/assert.ts';
import { Random } from '../../../src/lib/random.ts';
import type { Finding, SurpriseProof } from '../../../src/domain/detectors/finding.ts';
import { SurpriseDetector } from '../../../src/domain/detectors/surprise.ts';
import type { OrderBaseline } from '../../../src/domain/order-baseline.ts';
import { requireSession } from '../../../src/domain/session.ts';
import type { Print } from '../../../src/domain/trade.ts';
import { historyOf, type Traded } from '../../support/order-days.ts';
import { at, fold, print, tableOf } from '../../support/tape.ts';

const DATE = '2025-11-25';
const SESSION = requireSession(DATE);
/** NVDA 180 to 219, calls; the first trades 40 times a day, the others about once. */
const TICKERS = Array.from({ length: 40 }, (_, i) => `O:NVDA251219C00${180 + i}000`);

function traded(session: number): readonly Traded[] {
  const random = new Random(`orders of session ${session}`);
  return TICKERS.map((_, contract) => ({
    contract,
    orders: random.poisson((contract === 0 ? 40 : 1) * random.gamma(2) * 0.5),
    size: 1 + random.below(8),
  }));
}

/** A hundred orders a day and an alert in fifty days: statistics must reach 6,400, as in a market of 80,000 orders. */
function detectorOf(alertsPerDay = 0.02): SurpriseDetector {
  return new SurpriseDetector({ session: SESSION, alertsPerDay, factors: null }, BASELINE);
}

const BASELINE = present(historyOf(tableOf(TICKERS), DATE, 30, traded).before(DATE), 'a baseline');

function findingsOf(
  prints: readonly Print[],
  detector = detectorOf(),
  cuts: readonly number[] = [],
  orders: OrderBaseline | null = BASELINE,
): Finding[] {
  const market = { session: SESSION, tickers: TICKERS, sessions: 0, volumeSums: [], factor: '1', floor: 0 };
  return fold({ ...market, orders, detectors: [detector] }, prints, cuts).findings;
}

/** So many orders of a contract, evenly over some minutes. */
function burst(contract: number, from: string, orders: number, size: number, minutes: number): Print[] {
  return Array.from({ length: orders }, (_, i) =>
    print(from, size, { contract, atMs: at(from) + Math.floor((i * minutes * 60_000) / orders) }),
  );
}

function proofOf(finding: Finding | undefined): SurpriseProof {
  const proof = present(finding, 'a finding').proof;
  if (proof.of !== 'surprise') throw new Error('not of the detector surprise');
  return proof;
}

describe('the detector surprise', () => {
  it('hears five blocks of a hundred lots in a contract that trades once a day', () => {
    const [first, ...more] = findingsOf(burst(5, '11:00', 6, 100, 10));
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      detector: 'surprise',
      kind: 'unusual contract',
      contract: 5,
      unit: { ordersOf: 100 },
      sessions: 30,
    });
    expect(first!.atMs).toBeLessThan(at('11:09'));
    expect(first!.observed).toBeGreaterThanOrEqual(2);
    expect(first!.expected).toBeLessThan(0.05);
    expect(first!.surprise!).toBeGreaterThan(1);
    expect(first!.evidence.volume).toBe(first!.observed * 100);
  });

  it('proves it: the statistic is the mean over rungs, the threshold the forecast by the budget', () => {
    const finding = present(findingsOf(burst(5, '11:00', 6, 100, 10))[0], 'a finding');
    const proof = proofOf(finding);
    const sum = proof.rungs.flatMap(({ statistics }) => statistics).reduce((all, one) => all + one, 0);
    expect(proof.statistic / (sum / 60)).toBeCloseTo(1, 5);
    expect(proof.statistic).toBeGreaterThanOrEqual(finding.threshold);
    const threshold = (proof.recalibration * proof.ordersForecast) / (proof.alertsPerDay * proof.budgetShare);
    expect(finding.threshold).toBeCloseTo(threshold, 9);
    expect(proof.rungs.map(({ size }) => size)).toEqual([1, 5, 10, 25, 50, 100]);
    expect(proof.rungs.every(({ orders }) => orders === proof.rungs[0]!.orders)).toBe(true);
    expect(proof.clock).toBeGreaterThan(0.2);
    expect(proof.baseline).toMatch(/^[0-9a-f]{12}$/);
  });

  it('is silent about the same orders in a contract that always has them, and about a single block', () => {
    const others = TICKERS.slice(1).map((_, i) => burst(1 + i, '10:00', 1, 2, 1)[0]!);
    const spread = others.map((one, i) => ({ ...one, atMs: one.atMs + i * 530_000 }));
    const day = [...burst(0, '10:00', 35, 2, 350), ...spread].toSorted((a, b) => a.atMs - b.atMs);
    expect(findingsOf(day)).toEqual([]);
    expect(findingsOf([print('12:00', 5_000, { contract: 7 })])).toEqual([]);
  });

  it('counts a sweep of many venues as one order, however many prints it leaves', () => {
    const legs = Array.from({ length: 8 }, (_, i) =>
      print('11:00', 20, { contract: 5, atMs: at('11:00') + i * 40, condition: 219, exchange: 302 + i }),
    );
    expect(findingsOf(legs)).toEqual([]);
  });

  it('says one thing of news: the underlying, with the contracts that lead', () => {
    const random = new Random('news');
    const prints = Array.from({ length: 240 }, (_, i) =>
      print('11:00', 1 + random.below(8), {
        contract: random.uniform() < 0.5 ? 0 : random.below(TICKERS.length),
        atMs: at('11:00') + i * 5_000 + random.below(4_000),
      }),
    );
    const findings = findingsOf(prints);
    const own = findings.filter(({ kind }) => kind === 'unusual underlying');
    expect(own).toHaveLength(1);
    expect(own[0]!.leading.length).toBe(5);
    expect(own[0]!.leading[0]).toBe(own[0]!.contract);
    expect(findings.length - own.length).toBeLessThanOrEqual(2);
  });

  it('lets a contract speak for itself when only it is busy', () => {
    const findings = findingsOf(burst(9, '11:00', 60, 20, 12));
    expect(findings.map(({ kind, contract }) => [kind, contract])).toEqual([['unusual contract', 9]]);
  });

  it('speaks once of a burst, and again only of another a quarter of an hour later', () => {
    const prints = [...burst(5, '11:00', 40, 100, 10), ...burst(5, '13:00', 40, 100, 10)];
    const times = findingsOf(prints).map(({ atMs }) => atMs);
    expect(times).toHaveLength(2);
    expect(times[1]!).toBeGreaterThanOrEqual(at('13:00'));
  });

  it('asks more of a smaller budget, and tells what it held back', () => {
    const prints = burst(5, '11:00', 4, 1, 16);
    const generous = detectorOf();
    const findings = findingsOf(prints, generous);
    expect(findings).toHaveLength(1);
    expect(generous.budget(at('12:00'), 5).spent).toEqual({ contracts: 1, underlyings: 0 });
    // A third of the budget that what was found would just have been worth.
    const { statistic, ordersForecast: orders } = proofOf(findings[0]);
    const strict = detectorOf(orders / (3 * statistic * 0.6));
    expect(findingsOf(prints.slice(0, findings[0]!.row + 1), strict)).toEqual([]);
    const { heldBack, burnRate, ordersForecast } = strict.budget(at('12:00'), 5);
    expect(heldBack).toMatchObject([{ contract: 5, underlying: 0 }]);
    expect(heldBack[0]!.share).toBeGreaterThan(0.1);
    expect(burnRate).toBe(0);
    expect(ordersForecast).toBeGreaterThan(50);
  });

  it('knows nothing without a baseline, and says nothing', () => {
    const detector = new SurpriseDetector({ session: SESSION, alertsPerDay: 20, factors: null }, null);
    expect(findingsOf(burst(5, '11:00', 30, 500, 5), detector, [], null)).toEqual([]);
    expect(detector.budget(at('12:00'), 5)).toMatchObject({ ordersForecast: 0, burnRate: null });
  });

  it('expects nothing of the time in which the feed was away', () => {
    const prints = [...burst(5, '10:00', 2, 1, 1), ...burst(5, '14:00', 2, 1, 1)];
    const exposureWith = (away: boolean): number => {
      const detector = detectorOf(1_000);
      if (away) detector.standStill(at('10:05'), at('13:55'));
      return proofOf(findingsOf(prints, detector).at(-1)).clock;
    };
    expect(exposureWith(true)).toBeLessThan(0.6 * exposureWith(false));
  });

  it('says the same however the tape is cut, and whatever comes late', () => {
    const random = new Random('a nasty day');
    const prints = Array.from({ length: 900 }, (_, i) => {
      const late = random.uniform() < 0.05 ? random.below(400_000) : 0;
      const contract = random.uniform() < 0.3 ? 5 : random.below(TICKERS.length);
      const condition = [209, 209, 219, 232, 227][random.below(5)]!;
      const atMs = at('10:00') + i * 9_000 - late;
      return print('10:00', 1 + random.below(60), { contract, atMs, condition });
    });
    const whole = findingsOf(prints, detectorOf(1));
    expect(whole.length).toBeGreaterThan(3);
    for (const cuts of [[1], [7, 1, 30], [100]]) {
      expect(findingsOf(prints, detectorOf(1), cuts)).toEqual(whole);
    }
  });
});
