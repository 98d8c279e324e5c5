// Alerts of a service in plain numbers, by detector and severity, with the last of each as its example.
import type { Alert } from '../domain/alert.ts';
import { Histogram } from '../lib/histogram.ts';
import type { Exemplar, Exemplified } from '../lib/metric.ts';

/** Counts of the alerts raised since the start of the process. */
export class AlertCounts {
  readonly byDetector: Record<string, Record<string, Exemplified>> = {};
  /** From the print to the committed alert, seconds. */
  readonly latencies = new Histogram();
  /** Event time of the newest, epoch ms; 0 before the first. */
  lastMs = 0;

  /** Counts an alert that was raised. */
  add({ id, detector, severity, at, underlying }: Alert): void {
    const atMs = Date.parse(at);
    const exemplar: Exemplar = {
      labelSet: { alert_id: id, underlying },
      value: 1,
      timestamp: atMs / 1000,
    };
    const bySeverity = (this.byDetector[detector] ??= {});
    bySeverity[severity] = { count: (bySeverity[severity]?.count ?? 0) + 1, exemplar };
    this.lastMs = Math.max(this.lastMs, atMs);
  }

  /** Takes the time to the commit of alerts that are stored now, by the market's clock. */
  stored(alerts: readonly Alert[], nowMs: number): void {
    for (const { at } of alerts) this.latencies.observe(Math.max(0, nowMs - Date.parse(at)) / 1000);
  }
}
