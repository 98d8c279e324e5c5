// What the API counts: plain numbers by route, read when somebody scrapes.
import { ANSWER_BOUNDS_SECONDS, Histogram } from '../lib/histogram.ts';
import type { MetricSources } from '../metrics.ts';
import type { AlertFeed } from './alert-feed.ts';

export type RejectReason =
  | 'auth'
  | 'host'
  | 'method'
  | 'body_too_large'
  | 'overload'
  | 'malformed'
  | 'rate_limit';

/** The route of requests that match none. */
export const NO_ROUTE = 'none';

/** Counts of requests. One for the service. */
export class HttpCounts {
  inFlight = 0;
  readonly #requests = new Map<string, Record<string, number>>();
  readonly #durations = new Map<string, Histogram>();
  readonly #rejected: Partial<Record<RejectReason, number>> = {};

  /** A request was answered; null seconds for streams, whose length says nothing. */
  answered(route: string, status: number, seconds: number | null): void {
    const byStatus = this.#requests.getOrInsertComputed(route, () => ({}));
    const family = `${Math.floor(status / 100)}xx`;
    byStatus[family] = (byStatus[family] ?? 0) + 1;
    if (seconds === null) return;
    this.#durations.getOrInsertComputed(route, () => new Histogram(ANSWER_BOUNDS_SECONDS)).observe(seconds);
  }

  /** A request was turned away unread. */
  rejected(reason: RejectReason): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
  }

  /** The API's part of the metrics' sources, those of the streams included. */
  sources(alertFeed: AlertFeed) {
    return {
      http_requests_total: () => Object.fromEntries(this.#requests),
      http_request_duration_seconds: () => Object.fromEntries(this.#durations),
      http_requests_in_flight: () => this.inFlight,
      http_rejected_requests_total: () => this.#rejected,
      stream_subscribers: () => alertFeed.counts.subscribers,
      stream_sent_alerts_total: () => alertFeed.counts.sent,
      stream_dropped_subscribers_total: () => alertFeed.counts.dropped,
    } satisfies MetricSources;
  }
}
