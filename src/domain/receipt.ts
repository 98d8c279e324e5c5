// The receipt of an alert: everything it was made of, from which anybody makes the same alert again.
import { type Alert, type AlertSource, alertOf } from './alert.ts';
import type { VolumeBaseline } from './baseline.ts';
import type { DetectorName, Finding, FindingKind, FindingUnit, Proof } from './detectors/finding.ts';
import type { SeenPrint } from './evidence.ts';
import type { Quote } from './quote.ts';
import type { TapeKind } from './trade.ts';

/** Version of the form of receipts: a reader refuses one that it does not know. */
export const RECEIPT_VERSION = 1;

/** Prints as columns, in the order of the tape. */
export interface ReceiptPrints {
  /** Event time, ms after the session's midnight in New York. */
  readonly atMs: readonly number[];
  /** Contracts. */
  readonly size: readonly number[];
  /** 1/10,000 dollar a share. */
  readonly priceE4: readonly number[];
  readonly condition: readonly number[];
  readonly exchange: readonly number[];
  /** Packed: side, rule and age of the quote (see side.ts). */
  readonly side: readonly number[];
}

/** What normal rests on. */
export interface ReceiptBaseline {
  /** Number of the run in the store; null where it was learned from files. */
  readonly run: number | null;
  /** Sessions in it, the first and the last of them as dates; null of none. */
  readonly sessions: number;
  readonly from: string | null;
  readonly asOf: string | null;
}

/** The numbers as the detector had them, before any rounding, and the events they were counted from. */
export interface Receipt {
  readonly version: number;
  readonly detector: DetectorName;
  readonly kind: FindingKind;
  readonly rule: { readonly id: string; readonly hash: string };
  readonly sessionDate: string;
  /** OSI tickers: the contract, and of an underlying those that lead. */
  readonly contract: string;
  readonly leading: readonly string[];
  /** Clock of the underlying, ms after midnight. */
  readonly atMs: number;
  readonly tape: TapeKind;
  readonly unit: FindingUnit;
  readonly observed: number;
  readonly expected: number;
  /** The value that was held against the threshold, and how many times the threshold it was. */
  readonly value: number;
  readonly threshold: number;
  readonly margin: number;
  readonly sessions: number;
  readonly surprise: number | null;
  readonly baseline: ReceiptBaseline;
  readonly prints: ReceiptPrints;
  /** The quotes that they were held against, the oldest first. */
  readonly quotes: readonly Quote[];
  readonly proof: Proof;
}

/** What a receipt needs beside the finding and the source of its alert. */
export interface ReceiptSource extends AlertSource {
  readonly baseline: VolumeBaseline;
}

/** The value that a proof holds against its threshold; what was counted, where the proof has none of its own. */
export function valueOf(observed: number, proof: Proof): number {
  if (proof.of === 'forest') return proof.score;
  return proof.of === 'surprise' ? proof.statistic : observed;
}

function columnsOf(seen: readonly SeenPrint[]): ReceiptPrints {
  return {
    atMs: seen.map(({ atMs }) => atMs),
    size: seen.map(({ size }) => size),
    priceE4: seen.map(({ priceE4 }) => priceE4),
    condition: seen.map(({ condition }) => condition),
    exchange: seen.map(({ exchange }) => exchange),
    side: seen.map(({ side }) => side),
  };
}

/** The prints of a receipt, one object each. */
export function printsOf({ atMs, size, priceE4, condition, exchange, side }: ReceiptPrints): SeenPrint[] {
  return atMs.map((time, row) => ({
    atMs: time,
    size: size[row]!,
    priceE4: priceE4[row]!,
    condition: condition[row]!,
    exchange: exchange[row]!,
    side: side[row]!,
  }));
}

/** Makes the receipt of a finding. */
export function receiptOf(finding: Finding, source: ReceiptSource): Receipt {
  const { session, contract, rule, baseline, leading = [] } = source;
  const { evidence, proof, observed, threshold } = finding;
  const value = valueOf(observed, proof);
  return {
    version: RECEIPT_VERSION,
    detector: finding.detector,
    kind: finding.kind,
    rule,
    sessionDate: session.date,
    contract: contract.osi,
    leading,
    atMs: finding.atMs,
    tape: finding.tape,
    unit: finding.unit,
    observed,
    expected: finding.expected,
    value,
    threshold,
    margin: value / threshold,
    sessions: finding.sessions,
    surprise: finding.surprise,
    baseline: {
      run: baseline.run ?? null,
      sessions: baseline.sessions,
      from: baseline.dates[0] ?? null,
      asOf: baseline.dates.at(-1) ?? null,
    },
    prints: columnsOf(evidence.seen),
    quotes: evidence.quotes,
    proof,
  };
}

/** An alert that carries its receipt, as the engine raises it. */
export interface RaisedAlert extends Alert {
  readonly receipt: Receipt;
}

/** Makes the alert of a finding, with its receipt. */
export function raise(finding: Finding, source: ReceiptSource): RaisedAlert {
  return { ...alertOf(finding, source), receipt: receiptOf(finding, source) };
}

/** An alert as it is stored, listed and streamed: its receipt lies beside it. */
export function withoutReceipt(alert: Alert | RaisedAlert): Alert {
  if (!('receipt' in alert)) return alert;
  const { receipt: _receipt, ...bare } = alert;
  return bare;
}

/** The receipt that an alert carries; null of one that was listed without. */
export function receiptIn(alert: Alert | RaisedAlert): Receipt | null {
  return 'receipt' in alert ? alert.receipt : null;
}
