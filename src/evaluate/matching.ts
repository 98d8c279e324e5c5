// Which alerts belong to which anomalies, and which to none.
import type { Anomaly } from './truth.ts';

/** An alert, as far as matching asks. */
export interface Spoken {
  /** Epoch ms. */
  readonly atMs: number;
  readonly underlying: string;
  /** The contract it is about; of one on an underlying the contracts it names as leading. */
  readonly contracts: readonly string[];
  /** What the detector's threshold is held against, where findings tell it; null elsewhere. */
  readonly score: number | null;
}

/** An alert still belongs to an anomaly while that is in the five minutes before it. */
export const GRACE_MS = 300_000;

/** What became of the anomalies and of the alerts. */
export interface Matched {
  /** Of each anomaly: ms from its begin to its first alert; null when nobody saw it. */
  readonly delaysMs: ReadonlyArray<number | null>;
  readonly alerts: number;
  /** Alerts that belong to no anomaly. */
  readonly falseAlerts: number;
}

/**
 * Matches alerts with anomalies. An alert belongs to an anomaly when it comes between its first print and
 * {@link GRACE_MS} after its last, and names its contract; to one that takes the whole underlying, when it is about
 * that underlying or any contract of it. More alerts on one anomaly are neither found twice nor false.
 */
export function matchAlerts(alerts: readonly Spoken[], anomalies: readonly Anomaly[]): Matched {
  const delaysMs = anomalies.map((): number | null => null);
  const places = Map.groupBy(anomalies.keys(), (at) => anomalies[at]!.underlying);
  let falseAlerts = 0;
  for (const alert of alerts) {
    let belongs = false;
    for (const at of places.get(alert.underlying) ?? []) {
      const { contract, beginMs, endMs } = anomalies[at]!;
      if (alert.atMs < beginMs || alert.atMs > endMs + GRACE_MS) continue;
      if (contract !== null && !alert.contracts.includes(contract)) continue;
      belongs = true;
      const delayMs = alert.atMs - beginMs;
      const before = delaysMs[at];
      if (before === null || before === undefined || delayMs < before) delaysMs[at] = delayMs;
    }
    if (!belongs) falseAlerts++;
  }
  return { delaysMs, alerts: alerts.length, falseAlerts };
}
