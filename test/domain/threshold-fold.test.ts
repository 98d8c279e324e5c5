// The fold of the rule `threshold` against the same rule said slowly, on tapes made to break it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/detectors/finding.ts';
import { nastyTape } from '../support/nasty-tape.ts';
import { assertProperty, samples } from '../support/properties.ts';
import { type SlowFinding, slowThreshold } from '../support/slow-threshold.ts';
import { fold, type Market, tableOf } from '../support/tape.ts';
import type { Print } from '../../src/domain/trade.ts';

function slowFindings(market: Market, prints: readonly Print[]): SlowFinding[] {
  const table = tableOf(market.tickers);
  const all = Array.from({ length: table.underlyingCount }, (_, underlying) => {
    const rows = [...prints.keys()].filter((row) => table.underlyingOf(prints[row]!.contract) === underlying);
    return slowThreshold(
      market,
      rows.map((row) => prints[row]!),
      rows,
    );
  });
  return all.flat().toSorted((a, b) => a.row - b.row);
}

function short({ contract, row, atMs, observed, evidence }: Finding): SlowFinding {
  const { premiumCents, vwapE4 } = evidence;
  return { contract, row, atMs, volume: observed, premiumCents, vwapE4: vwapE4! };
}

describe('the fold of the threshold rule', () => {
  it('finds what the slow rule finds, on any tape', () => {
    assertProperty(
      fc.property(nastyTape, ({ market, prints, cuts }) => {
        expect(fold(market, prints, cuts).findings.map(short)).toEqual(slowFindings(market, prints));
      }),
      1_000,
    );
  });

  it('finds the same, evidence and all, however the tape is cut into batches', () => {
    assertProperty(
      fc.property(nastyTape, ({ market, prints, cuts }) => {
        expect(fold(market, prints, cuts).findings).toEqual(fold(market, prints).findings);
      }),
    );
  });

  it('keeps its own sums: the evidence has the volume of the finding, and every print has one fate', () => {
    assertProperty(
      fc.property(nastyTape, ({ market, prints, cuts }) => {
        const { findings, states } = fold(market, prints, cuts);
        for (const { observed, threshold, evidence } of findings) {
          expect(evidence.volume).toBe(observed);
          expect(observed).toBeGreaterThanOrEqual(threshold);
        }
        const fates = states.flatMap(({ counts }) => Object.values(counts) as number[]);
        expect(fates.reduce((sum, count) => sum + count, 0)).toBe(prints.length);
      }),
    );
  });

  it('is tried on tapes that are nasty: alerts, second alerts, late prints, cancels that match and that do not', () => {
    const folded = samples(nastyTape, 300).map(({ market, prints }) => fold(market, prints));
    const seconds = folded.flatMap(({ findings }) => {
      const contracts = findings.map((finding) => finding.contract);
      return contracts.filter((contract, place) => contracts.indexOf(contract) < place);
    });
    const states = folded.flatMap(({ states: own }) => own);
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    const unmatched = sum(states.map((state) => state.unmatchedCancels));
    expect(sum(folded.map(({ findings }) => findings.length))).toBeGreaterThan(300);
    expect(seconds.length).toBeGreaterThan(50);
    expect(sum(states.map((state) => state.latePrints))).toBeGreaterThan(300);
    expect(sum(states.map((state) => state.counts.cancels)) - unmatched).toBeGreaterThan(300);
    expect(unmatched).toBeGreaterThan(50);
    expect(sum(states.map((state) => state.counts.outsideHours))).toBeGreaterThan(300);
  });
});
