// Recomputing a receipt: every number is made again from the prints and the proof, and from these the alert.
import { Decimal } from 'decimal.js';
import { type Alert, alertOf } from './alert.ts';
import { parseTicker } from './contract.ts';
import type {
  Finding,
  FindingKind,
  ForestProof,
  SurpriseProof,
  SweepProof,
  ThresholdProof,
  ZscoreProof,
} from './detectors/finding.ts';
import { minuteForest } from './detectors/forest-minutes.ts';
import { newestSweep } from './detectors/sweep-orders.ts';
import { compileThreshold, triggerVolume } from './detectors/threshold.ts';
import { momentsOf, zscoreOf, zscoreTrigger } from './detectors/zscore.ts';
import { type Evidence, type SeenPrint, sumUp } from './evidence.ts';
import { parentOrders } from './parent.ts';
import type { Quote } from './quote.ts';
import { printsOf, type Receipt, RECEIPT_VERSION, valueOf } from './receipt.ts';
import { STATISTICS } from './rung-cells.ts';
import { sessionOn } from './session.ts';
import { packedSide, unpackSide } from './side.ts';
import { UNDERLYING_STATISTICS } from './underlying-statistic.ts';

/** The numbers of a finding that follow from a proof and the evidence. */
interface Numbers {
  readonly observed: number;
  readonly expected: number;
  readonly threshold: number;
  /** What is held against the threshold. */
  readonly value: number;
}

/** A number of a receipt, or of its alert, that does not come out again. */
export interface Difference {
  readonly what: string;
  readonly stated: string;
  readonly recomputed: string;
}

/** What recomputing gave. */
export interface Recomputed {
  /** The alert made again; null of a receipt that cannot be read. */
  readonly alert: Alert | null;
  /** Empty when everything came out again. */
  readonly differences: readonly Difference[];
}

function thresholdNumbers(proof: ThresholdProof, evidence: Evidence, sessions: number): Numbers {
  const rule = compileThreshold({ factor: new Decimal(proof.factor), floor: proof.floor });
  const observed = evidence.volume;
  return {
    observed,
    expected: sessions === 0 ? 0 : proof.volumeSum / sessions / proof.buckets,
    threshold: triggerVolume(rule, proof.volumeSum, sessions, proof.buckets),
    value: observed,
  };
}

function sweepNumbers(
  { min, volumeSum, buckets }: SweepProof,
  evidence: Evidence,
  sessions: number,
): Numbers {
  const observed = newestSweep(evidence.seen, min)?.size ?? 0;
  const expected = sessions === 0 ? 0 : volumeSum / sessions / buckets;
  return { observed, expected, threshold: min, value: observed };
}

/** The count itself is taken as given: it is of the whole day. */
function zscoreNumbers({ counts, min }: ZscoreProof, { observed }: Receipt): Numbers {
  return {
    observed,
    expected: momentsOf(counts).mean,
    threshold: zscoreTrigger(counts, min),
    value: observed,
  };
}

/** The forest grows again from the minutes before. */
function forestNumbers({ point, before }: ForestProof, receipt: Receipt, underlying: string): Numbers {
  const forest = minuteForest(receipt.sessionDate, underlying);
  for (const earlier of before) forest.update(earlier);
  const printsOfMinute = ([logPrints = 0]: readonly number[]): number => Math.round(Math.expm1(logPrints));
  const printsBefore = before.reduce((sum, earlier) => sum + printsOfMinute(earlier), 0);
  return {
    observed: printsOfMinute(point),
    expected: printsBefore / Math.max(1, before.length),
    threshold: receipt.threshold,
    value: forest.score(point),
  };
}

/**
 * The threshold follows from forecast, budget and recalibration, and the orders are counted again. The expected number
 * is taken as given (its clock is a table of the class), and so is the statistic within what its 32-bit terms allow.
 */
function surpriseNumbers(proof: SurpriseProof, evidence: Evidence, receipt: Receipt): Numbers {
  const { ordersForecast, alertsPerDay, budgetShare, recalibration, size } = proof;
  const orders = parentOrders(evidence.seen).filter((order) => order.size >= size).length;
  return {
    observed: receipt.kind === 'unusual contract' ? orders : receipt.observed,
    expected: receipt.expected,
    threshold: (recalibration * ordersForecast) / (alertsPerDay * budgetShare),
    value: proof.statistic,
  };
}

function numbersOf(receipt: Receipt, evidence: Evidence, underlying: string): Numbers {
  const { proof, sessions } = receipt;
  switch (proof.of) {
    case 'threshold':
      return thresholdNumbers(proof, evidence, sessions);
    case 'sweep':
      return sweepNumbers(proof, evidence, sessions);
    case 'zscore':
      return zscoreNumbers(proof, receipt);
    case 'forest':
      return forestNumbers(proof, receipt, underlying);
    case 'surprise':
      return surpriseNumbers(proof, evidence, receipt);
  }
}

/**
 * The side of a print by the quote that it was held against. The tick rule needs the last different price before the
 * window, so where the quote alone decides nothing, the side is as seen.
 */
function sideAgain(print: SeenPrint, quotes: readonly Quote[]): number {
  const { method, quoteAgeMs } = unpackSide(print.side);
  if (quoteAgeMs === null) return print.side;
  // Of two quotes of one millisecond nobody knows which it was: one that agrees is enough.
  const sides = quotes
    .filter(({ atMs }) => atMs === print.atMs - quoteAgeMs)
    .map((quote) =>
      packedSide(
        print.priceE4,
        print.size,
        print.condition,
        { quote, ageMs: quoteAgeMs, smoothed: false },
        0,
      ),
    );
  const [first = 0] = sides;
  if (method === 'tick') return unpackSide(first).method === 'at mid' ? print.side : first;
  return sides.includes(print.side) ? print.side : first;
}

/** The alert of a receipt, made from its prints, quotes and proof alone; `fault` says why there is none. */
export function alertOfReceipt(receipt: Receipt): Alert | { readonly fault: string } {
  if (receipt.version !== RECEIPT_VERSION) {
    return { fault: `the receipt has the form ${receipt.version}, this spyhop reads ${RECEIPT_VERSION}` };
  }
  const contract = parseTicker(receipt.contract);
  if ('fault' in contract) return contract;
  const session = sessionOn(receipt.sessionDate);
  if ('fault' in session) return session;
  const seen = printsOf(receipt.prints).map((print) => ({
    ...print,
    side: sideAgain(print, receipt.quotes),
  }));
  const evidence = sumUp(seen, contract.multiplier, receipt.quotes);
  const { observed, expected, threshold } = numbersOf(receipt, evidence, contract.underlying);
  const { detector, kind, atMs, tape, unit, sessions, surprise, proof, rule } = receipt;
  const told = { detector, kind, atMs, tape, unit, sessions, surprise, proof, evidence };
  const finding: Finding = { ...told, observed, expected, threshold, contract: 0, leading: [], row: 0 };
  return alertOf(finding, { session, contract, rule, leading: receipt.leading });
}

/** Numbers of a receipt that do not come out of its own prints and proof. */
function innerDifferences(receipt: Receipt): Difference[] {
  const contract = parseTicker(receipt.contract);
  if ('fault' in contract) return [];
  const evidence = sumUp(printsOf(receipt.prints), contract.multiplier, receipt.quotes);
  const again = numbersOf(receipt, evidence, contract.underlying);
  const stated: Numbers = receipt;
  const differences: Difference[] = [];
  for (const what of ['observed', 'expected', 'threshold', 'value'] as const) {
    if (stated[what] === again[what]) continue;
    differences.push({ what, stated: String(stated[what]), recomputed: String(again[what]) });
  }
  const { proof } = receipt;
  if (again.value < again.threshold) {
    differences.push({ what: 'verdict', stated: 'speaks', recomputed: 'stays below the threshold' });
  }
  if (proof.of === 'zscore' && zscoreOf(proof.counts, receipt.observed) !== proof.z) {
    const z = zscoreOf(proof.counts, receipt.observed);
    differences.push({ what: 'z', stated: String(proof.z), recomputed: String(z) });
  }
  if (proof.of === 'surprise') differences.push(...statisticDifference(proof, receipt.kind));
  if (valueOf(receipt.observed, proof) / receipt.threshold !== receipt.margin) {
    const margin = valueOf(receipt.observed, proof) / receipt.threshold;
    differences.push({ what: 'margin', stated: String(receipt.margin), recomputed: String(margin) });
  }
  return differences;
}

/** The running sum of terms of 32 bits leaves their exact sum by no more. */
const STATISTIC_SHARE_MAX = 1e-3;

function statisticDifference({ statistic, rungs }: SurpriseProof, kind: FindingKind): Difference[] {
  const sum = rungs.reduce((all, rung) => all + rung.statistics.reduce((terms, one) => terms + one, 0), 0);
  const again = sum / (kind === 'unusual underlying' ? UNDERLYING_STATISTICS : STATISTICS);
  if (Math.abs(again - statistic) <= STATISTIC_SHARE_MAX * statistic) return [];
  return [{ what: 'statistic', stated: String(statistic), recomputed: String(again) }];
}

/** Fields of two alerts whose JSON differs, the order of the fields included. */
function alertDifferences(stated: Alert, again: Alert): Difference[] {
  if (JSON.stringify(stated) === JSON.stringify(again)) return [];
  const before = new Map<string, unknown>(Object.entries(stated));
  const after = new Map<string, unknown>(Object.entries(again));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const differences = names.flatMap((what): Difference[] => {
    const text = JSON.stringify(before.get(what)) ?? 'missing';
    const recomputed = JSON.stringify(after.get(what)) ?? 'missing';
    return text === recomputed ? [] : [{ what: `alert.${what}`, stated: text, recomputed }];
  });
  return differences.length > 0
    ? differences
    : [{ what: 'alert', stated: names.join(' '), recomputed: [...after.keys()].join(' ') }];
}

/** Makes an alert again from its receipt and says what differs; nothing does when it is worth its name. */
export function recompute(stated: Alert, receipt: Receipt): Recomputed {
  const alert = alertOfReceipt(receipt);
  if ('fault' in alert) {
    return {
      alert: null,
      differences: [{ what: 'receipt', stated: 'can be read', recomputed: alert.fault }],
    };
  }
  return { alert, differences: [...innerDifferences(receipt), ...alertDifferences(stated, alert)] };
}
