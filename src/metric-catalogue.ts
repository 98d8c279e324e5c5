// Every metric once: its kind, its sentence, its labels with every value they can have. Never a ticker.
import { ANSWER_BOUNDS_SECONDS, DELAY_BOUNDS_SECONDS } from './lib/histogram.ts';
import type { Definition, Label } from './lib/metric.ts';

function counter<const L extends readonly Label[]>(help: string, ...labels: L) {
  return { type: 'counter', help, labels } as const;
}

function gauge<const L extends readonly Label[]>(help: string, ...labels: L) {
  return { type: 'gauge', help, labels } as const;
}

function histogram<const L extends readonly Label[]>(help: string, bounds: readonly number[], ...labels: L) {
  return { type: 'histogram', help, labels, bounds } as const;
}

const QUEUE = ['queue', ['journal', 'writer', 'alerts', 'streams']] as const;
const TABLE = ['table', ['print', 'alert']] as const;
const PARSE_FAULTS = [
  'invalid_json',
  'unknown_type',
  'bad_number',
  'bad_ticker',
  'missing_field',
  'oversize',
] as const;

/** All metrics; the key is the name behind "spyhop_". */
export const CATALOGUE = {
  feed_connected: gauge('1 while the feed is live: connected, authenticated and subscribed.'),
  feed_connections_total: counter('Attempts to connect, by what came of them.', [
    'result',
    ['ok', 'closed', 'timeout', 'refused', 'auth_failed', 'max_connections', 'other'],
  ]),
  feed_disconnects_total: counter('Live connections that ended, by why.', [
    'reason',
    ['closed', 'stale', 'max_connections', 'other'],
  ]),
  feed_received_frames_total: counter('Frames read from the socket.'),
  feed_received_bytes_total: counter('Bytes of the frames read from the socket.'),
  feed_busy_seconds_total: counter(
    'Time the main thread has worked on frames, from the bytes to the findings.',
  ),
  feed_received_messages_total: counter('Messages inside the frames.', [
    'type',
    ['trade', 'quote', 'aggregate', 'status'],
  ]),
  feed_parse_errors_total: counter('Messages that could not be read.', ['reason', PARSE_FAULTS]),
  feed_last_message_timestamp_seconds: gauge('When the last message came.'),
  feed_event_delay_seconds: histogram('From the time of a print to its receipt.', DELAY_BOUNDS_SECONDS),
  feed_subscriptions: gauge('Channels subscribed to.'),
  feed_gaps_total: counter('Holes found in the feed.'),
  feed_gaps_open: gauge('Holes in the feed that nothing has filled yet.'),
  feed_gap_oldest_timestamp_seconds: gauge('When the oldest open hole began; 0 without one.'),
  stage_discarded_events_total: counter(
    'Prints that ended in a stage, by why.',
    ['stage', ['parse', 'dedupe', 'detect']],
    ['reason', ['ahead_of_receipt', 'duplicate', 'failed', 'quarantined']],
  ),
  queue_events: gauge('What waits in a queue.', QUEUE),
  queue_capacity_events: gauge('What a queue can hold.', QUEUE),
  queue_dropped_events_total: counter('What a full queue refused.', QUEUE),
  queue_backlog_events: gauge('Prints that wait in the journal, because the writer had no room for them.'),
  watermark_timestamp_seconds: gauge('Newest clock of the tape that a stage has finished with.', [
    'stage',
    ['detect'],
  ]),
  late_events_total: counter('Prints older than the allowance when they came.'),
  duplicate_events_total: counter('Prints that were known already.'),
  clock_jumps_total: counter("Times the machine's clock moved against its monotonic one."),
  events_unaccounted: gauge('Received less stored, duplicate, discarded and in flight: 0 at rest.'),
  sink_rows_total: counter('Rows given to Postgres.', TABLE, ['result', ['inserted', 'duplicate', 'failed']]),
  sink_flush_duration_seconds: histogram('Time of one transaction of the writer.', ANSWER_BOUNDS_SECONDS),
  sink_retries_total: counter('Batches that were tried again.'),
  journal_bytes: gauge('Size of the journal on disk.'),
  journal_waiting_bytes: gauge('Bytes of the journal that wait for the disk.'),
  journal_waiting_max_bytes: gauge(
    'Bytes of the journal that may wait; records beyond them are lost and counted.',
  ),
  journal_records_total: counter('Records written to the journal.'),
  journal_corrupt_records_total: counter('Records whose checksum was wrong when read.'),
  journal_flush_duration_seconds: histogram(
    'Time to write what waits to the journal, its fsync included.',
    ANSWER_BOUNDS_SECONDS,
  ),
  disk_free_bytes: gauge('Room left on the disk of the data directory; 0 before it was looked at.'),
  disk_size_bytes: gauge('Size of the disk of the data directory; 0 before it was looked at.'),
  db_up: gauge('1 while Postgres answers.'),
  db_pool_connections: gauge('Connections of the pool.', ['state', ['idle', 'busy']]),
  db_pool_waiting_requests: gauge('Requests that wait for a connection.'),
  db_errors_total: counter('Failed statements, by the kind of failure.', [
    'class',
    ['connection', 'resources', 'constraint', 'conflict', 'timeout', 'other'],
  ]),
  actors: gauge('Running actors.', ['machine', ['feed', 'shard', 'underlying', 'writer']]),
  actor_errors_total: counter('Actors that failed and were replaced or left out.'),
  actor_passivations_total: counter(
    'Actors stopped because their underlying was quiet; the next print wakes it.',
  ),
  actors_quarantined: gauge('Underlyings left out for the rest of the session.'),
  alerts_total: counter('Alerts raised.', ['detector', null], ['severity', ['low', 'medium', 'high']]),
  alerts_last_timestamp_seconds: gauge('When the last alert was raised, by the clock of the tape.'),
  alert_latency_seconds: histogram('From the print to the committed alert.', DELAY_BOUNDS_SECONDS),
  budget_alerts_per_day: gauge(
    'Alerts a day that chance alone may raise; 0 while the detector surprise is not at work.',
  ),
  budget_spent_alerts: gauge('Alerts of the session that the budget counts.', [
    'of',
    ['contracts', 'underlyings'],
  ]),
  budget_burn_ratio: gauge('Alerts so far against those due by now: 1 spends the budget by the close.'),
  budget_held_back: gauge(
    'Contracts and underlyings above a tenth of their threshold, as far as they are listed.',
  ),
  baseline_run: gauge('Number of the run of the baseline in use; 0 without one.'),
  baseline_as_of_timestamp_seconds: gauge('Midnight in New York of the session the baseline was made for.'),
  baseline_contracts: gauge('Contracts with a normal in the baseline in use.'),
  job_runs_total: counter('Runs of a job.', ['task', null], ['result', ['ok', 'failed']]),
  job_last_success_timestamp_seconds: gauge('When a job last succeeded; 0 when never.', ['task', null]),
  job_last_duration_seconds: gauge('Time the last run of a job took.', ['task', null]),
  http_requests_total: counter(
    'Answered requests.',
    ['route', null],
    ['status', ['2xx', '3xx', '4xx', '5xx']],
  ),
  http_request_duration_seconds: histogram('Time to answer.', ANSWER_BOUNDS_SECONDS, ['route', null]),
  http_requests_in_flight: gauge('Requests being answered.'),
  http_rejected_requests_total: counter('Requests turned away before they were looked at.', [
    'reason',
    ['auth', 'host', 'method', 'body_too_large', 'overload', 'malformed', 'rate_limit'],
  ]),
  stream_subscribers: gauge('Clients that follow the alerts.'),
  stream_sent_alerts_total: counter('Live alerts handed to clients that follow.'),
  stream_dropped_subscribers_total: counter('Clients cut off because they read too slowly.'),
  log_lines_total: counter('Lines of the log, by kind.', ['kind', null]),
  log_suppressed_lines_total: counter('Lines of the log that the limit of their kind held back.'),
  market_open: gauge('1 while the session is open.', ['session', ['regular', 'late']]),
  market_next_change_timestamp_seconds: gauge('When the market opens or closes next.'),
  heap_limit_bytes: gauge('What the heap of the main thread may reach before the process ends.'),
  event_loop_utilization_ratio: gauge('Share of the time since the last scrape that the main thread worked.'),
  metrics_source_errors_total: counter('Metrics that could not be read and were left out of a scrape.'),
  metrics_series: gauge('Series of this scrape, itself included.'),
} as const satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof CATALOGUE;
