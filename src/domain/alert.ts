// An alert: what is said to people about a finding, with an id that every run gives again.
import { digest } from '../lib/digest.ts';
import { contractName, type OptionContract } from './contract.ts';
import { formatCents, formatPrice } from './money.ts';
import type { Session } from './session.ts';
import { type Direction, type Lean, leanOf, type SideMethod } from './side.ts';
import type { Finding, FindingKind, FindingUnit } from './detectors/finding.ts';

export type Severity = 'low' | 'medium' | 'high';

/** An alert as it is stored, sent and printed as JSON: times in UTC, money as decimal strings of dollars. */
export interface Alert {
  /** 16 hex digits that follow from rule, contract and time: the same tape gives the same id. */
  readonly id: string;
  /** Clock of the tape when it was raised, ISO 8601 in UTC with milliseconds: its print, or a newer one. */
  readonly at: string;
  readonly sessionDate: string;
  readonly detector: string;
  readonly kind: FindingKind;
  readonly rule: { readonly id: string; readonly hash: string };
  readonly underlying: string;
  readonly contract: string;
  readonly contractName: string;
  readonly side: Lean['side'];
  readonly direction: Direction;
  /** Share of the sided premium that leans in the direction; null when unknown. */
  readonly directionShare: number | null;
  /** Share of the premium whose side is known. */
  readonly sidedShare: number;
  /** P(buy) of the premium with a side, weighted by it; null when none has one. */
  readonly probabilityBuy: number | null;
  /** The rule behind most of the sided premium, or the reason why there is none. */
  readonly sideMethod: SideMethod;
  /** Published share of right answers of the rules used, weighted by premium; null when none was. */
  readonly sideAccuracy: number | null;
  /** Age of the quotes used, ms, weighted by premium; null when there was none. */
  readonly quoteAgeMs: number | null;
  readonly severity: Severity;
  /** What was counted, in {@link unit}: over five minutes; by `zscore` over the day, by `forest` over a minute. */
  readonly observed: number;
  /** What is normal of it. */
  readonly expected: number;
  /** "contracts", "prints", or "orders of 50 contracts or more". */
  readonly unit: string;
  /** Value at which the rule speaks (for `forest` of its score), and the sessions its normal rests on. */
  readonly threshold: number;
  readonly baselineSessions: number;
  /** -log10 of the tail probability; null for rules that give none. */
  readonly surprise: number | null;
  /** Premium of the window in dollars. */
  readonly premium: string;
  /** Its price a share in dollars: the average of the window's prints weighted by contracts; null of no prints. */
  readonly vwap: string | null;
  readonly prints: number;
  readonly orders: number;
  readonly sweeps: number;
  readonly exchanges: number;
  readonly largestOrder: number;
  /** Of an underlying: tickers of the contracts with the largest premium in the window, {@link contract} first. */
  readonly leading?: readonly string[];
  /** What the reader must know before believing it. */
  readonly flags: readonly AlertFlag[];
}

export type AlertFlag =
  /** Found on minute aggregates: volume is exact, premium uses each minute's close, orders and sides are unknown. */
  | 'minute aggregates'
  /** The root was adjusted by a corporate action: the multiplier of 100 is an assumption. */
  | 'adjusted contract'
  /** The contract did not trade in the sessions its normal rests on. */
  | 'new contract';

/** What an alert needs beside its finding. */
export interface AlertSource {
  readonly session: Session;
  readonly contract: OptionContract;
  readonly rule: { readonly id: string; readonly hash: string };
  /** Tickers of the contracts that lead; none unless the alert is of an underlying. */
  readonly leading?: readonly string[];
}

const HIGH_CENTS = 100_000_000; // a million dollars
const MEDIUM_CENTS = 10_000_000; // a hundred thousand

function severityOf(premiumCents: number): Severity {
  return premiumCents >= HIGH_CENTS ? 'high' : premiumCents >= MEDIUM_CENTS ? 'medium' : 'low';
}

/** Four decimals: enough to recompute by, and the same text on every machine. */
function round4(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function round4OrNull(value: number | null): number | null {
  return value === null ? null : round4(value);
}

function unitText(unit: FindingUnit): string {
  return typeof unit === 'string' ? unit : `orders of ${unit.ordersOf} contracts or more`;
}

function flagsOf(finding: Finding, contract: OptionContract): AlertFlag[] {
  const flags: AlertFlag[] = [];
  if (finding.tape === 'minutes') flags.push('minute aggregates');
  if (contract.adjusted) flags.push('adjusted contract');
  if (finding.expected === 0) flags.push('new contract');
  return flags;
}

/** Makes the alert of a finding. Pure: equal arguments give equal alerts, to the byte of their JSON. */
export function alertOf(finding: Finding, { session, contract, rule, leading = [] }: AlertSource): Alert {
  const { evidence } = finding;
  const at = new Date(session.midnightMs + finding.atMs).toISOString();
  const lean = leanOf(contract.right, evidence.sided);
  return {
    id: digest(
      `${rule.hash} ${contract.osi} ${at}${finding.kind === 'unusual contract' ? '' : ` ${finding.kind}`}`,
    ),
    at,
    sessionDate: session.date,
    detector: finding.detector,
    kind: finding.kind,
    rule,
    underlying: contract.underlying,
    contract: contract.osi,
    contractName: contractName(contract),
    side: lean.side,
    direction: lean.direction,
    directionShare: round4OrNull(lean.share),
    sidedShare: round4(lean.sidedShare),
    probabilityBuy: round4OrNull(evidence.sideBasis.probabilityBuy),
    sideMethod: evidence.sideBasis.method,
    sideAccuracy: round4OrNull(evidence.sideBasis.accuracy),
    quoteAgeMs: evidence.sideBasis.quoteAgeMs,
    severity: severityOf(evidence.premiumCents),
    observed: finding.observed,
    expected: round4(finding.expected),
    unit: unitText(finding.unit),
    threshold: round4(finding.threshold),
    baselineSessions: finding.sessions,
    surprise: finding.surprise === null ? null : round4(finding.surprise),
    premium: formatCents(evidence.premiumCents),
    vwap: evidence.vwapE4 === null ? null : formatPrice(evidence.vwapE4),
    prints: evidence.shape.prints,
    orders: evidence.shape.orders,
    sweeps: evidence.shape.sweeps,
    exchanges: evidence.shape.exchanges,
    largestOrder: evidence.shape.largestOrder,
    ...(leading.length === 0 ? {} : { leading }),
    flags: flagsOf(finding, contract),
  };
}
