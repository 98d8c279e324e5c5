// Alerts of a service in plain numbers, by detector and severity.
import type { Alert } from '../domain/alert.ts';

/** Counts of the alerts raised since the start of the process. */
export class AlertCounts {
  readonly byDetector: Record<string, Record<string, number>> = {};
  /** Event time of the newest, epoch ms; 0 before the first. */
  lastMs = 0;

  /** Counts an alert. */
  add({ detector, severity, at }: Alert): void {
    const bySeverity = (this.byDetector[detector] ??= {});
    bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
    this.lastMs = Math.max(this.lastMs, Date.parse(at));
  }
}
