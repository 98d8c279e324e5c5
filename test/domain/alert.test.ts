// An alert: the same bytes for the same tape, and words and flags that hold.
import { describe, expect, it } from 'vitest';
import { type AlertSource, alertOf } from '../../src/domain/alert.ts';
import { type OptionContract, parseTicker } from '../../src/domain/contract.ts';
import { DEFAULT_THRESHOLD, thresholdRule } from '../../src/domain/detectors/threshold.ts';
import { requireSession } from '../../src/domain/session.ts';
import type { Finding } from '../../src/domain/detectors/finding.ts';
import { at } from '../support/tape.ts';

function contract(ticker: string): OptionContract {
  const parsed = parseTicker(ticker);
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed;
}

const SOURCE: AlertSource = {
  session: requireSession('2025-11-26'),
  contract: contract('O:NVDA251219C00180000'),
  rule: thresholdRule(DEFAULT_THRESHOLD),
};

function finding(rest: Partial<Finding> = {}, premiumCents = 12_000_000): Finding {
  return {
    detector: 'threshold',
    kind: 'unusual contract',
    contract: 0,
    leading: [],
    atMs: at('09:31:00.250'),
    row: 17,
    tape: 'trades',
    observed: 1_000,
    expected: 10 / 3,
    unit: 'contracts',
    threshold: 500,
    sessions: 30,
    surprise: null,
    proof: { of: 'threshold', factor: 10, floor: 500, volumeSum: 7_800, buckets: 78 },
    evidence: {
      volume: 1_000,
      premiumCents,
      vwapE4: 12_050,
      sided: { buyCents: 2_000_000, sellCents: 1_000_000, unknownCents: 4_000_000, conditionCents: 0 },
      sideBasis: { method: 'quote', probabilityBuy: 0.5647, accuracy: 0.597, quoteAgeMs: 120 },
      shape: { prints: 9, orders: 3, sweeps: 1, exchanges: 4, largestOrder: 700 },
      firstMs: at('09:31'),
      lastMs: at('09:31:00.250'),
      seen: [],
      quotes: [],
    },
    ...rest,
  };
}

describe('an alert', () => {
  it('says everything in JSON: UTC times, dollars as decimals, shares to four places', () => {
    expect(alertOf(finding(), SOURCE)).toEqual({
      id: 'bacf79b519fd5c27',
      at: '2025-11-26T14:31:00.250Z',
      sessionDate: '2025-11-26',
      detector: 'threshold',
      kind: 'unusual contract',
      rule: SOURCE.rule,
      underlying: 'NVDA',
      contract: 'O:NVDA251219C00180000',
      contractName: 'NVDA 19 Dec 25 180 call',
      side: 'buy',
      direction: 'bullish',
      directionShare: 0.6667,
      sidedShare: 0.4286,
      probabilityBuy: 0.5647,
      sideMethod: 'quote',
      sideAccuracy: 0.597,
      quoteAgeMs: 120,
      severity: 'medium',
      observed: 1_000,
      expected: 3.3333,
      unit: 'contracts',
      threshold: 500,
      baselineSessions: 30,
      surprise: null,
      premium: '120000.00',
      vwap: '1.205',
      prints: 9,
      orders: 3,
      sweeps: 1,
      exchanges: 4,
      largestOrder: 700,
      flags: [],
    });
  });

  it('names what it counts', () => {
    const unitOf = (unit: Finding['unit']): string => alertOf(finding({ unit }), SOURCE).unit;
    expect([unitOf('prints'), unitOf({ ordersOf: 50 })]).toEqual([
      'prints',
      'orders of 50 contracts or more',
    ]);
  });

  it('has the same bytes each time it is made', () => {
    expect(JSON.stringify(alertOf(finding(), SOURCE))).toBe(JSON.stringify(alertOf(finding(), SOURCE)));
  });

  it('has an id of its rule, contract and time, and of nothing else', () => {
    const id = (change: Partial<Finding>, source: Partial<AlertSource> = {}) =>
      alertOf(finding(change), { ...SOURCE, ...source }).id;
    expect(id({ observed: 5, row: 99, threshold: 4 })).toBe(id({}));
    const others = [
      id({ atMs: at('09:31:00.251') }),
      id({}, { session: requireSession('2025-11-25') }),
      id({}, { contract: contract('O:NVDA251219P00180000') }),
      id({}, { rule: { ...SOURCE.rule, hash: 'another' } }),
    ];
    expect(new Set([id({}), ...others]).size).toBe(5);
  });

  it.each([
    [9_999_999, 'low'],
    [10_000_000, 'medium'],
    [99_999_999, 'medium'],
    [100_000_000, 'high'],
  ])('over %i cents is of %s severity', (premiumCents, severity) => {
    expect(alertOf(finding({}, premiumCents), SOURCE).severity).toBe(severity);
  });

  it('warns of minutes, of adjusted contracts and of contracts that never traded', () => {
    const adjusted = { ...SOURCE, contract: contract('O:NVDA1251219C00180000') };
    const all = alertOf(finding({ tape: 'minutes', expected: 0 }), adjusted);
    expect(all.flags).toEqual(['minute aggregates', 'adjusted contract', 'new contract']);
    expect(all.contractName).toBe('NVDA (NVDA1) 19 Dec 25 180 call');
  });

  it('has no direction when nothing has a side', () => {
    const { evidence } = finding();
    const sided = { buyCents: 0, sellCents: 0, unknownCents: 5, conditionCents: 0 };
    const unknown = alertOf(finding({ evidence: { ...evidence, sided } }), SOURCE);
    expect(unknown).toMatchObject({
      side: 'unknown',
      direction: 'unknown',
      directionShare: null,
      sidedShare: 0,
    });
  });
});
