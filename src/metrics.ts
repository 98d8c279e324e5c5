// Every metric once, and the registry that reads them: parts count in plain numbers, and a scrape collects them.
import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, type Gauge, Registry } from 'prom-client';
import { ANSWER_BOUNDS_SECONDS, DELAY_BOUNDS_SECONDS, type Histogram } from './lib/histogram.ts';
import { type Definition, type Label, type Nested, type Sample, samplesOf } from './lib/metric.ts';

function counter<const L extends readonly Label[]>(help: string, ...labels: L) {
  return { type: 'counter', help, labels } as const;
}

function gauge<const L extends readonly Label[]>(help: string, ...labels: L) {
  return { type: 'gauge', help, labels } as const;
}

function histogram<const L extends readonly Label[]>(help: string, bounds: readonly number[], ...labels: L) {
  return { type: 'histogram', help, labels, bounds } as const;
}

const STAGE = ['stage', ['parse', 'dedupe', 'route', 'detect', 'write']] as const;
const QUEUE = ['queue', ['frames', 'batches', 'journal', 'writer', 'alerts', 'streams']] as const;
const TABLE = ['table', ['print', 'bar', 'alert', 'summary', 'gap', 'other']] as const;
const DISCARD_REASONS = [
  'malformed',
  'duplicate',
  'outside_hours',
  'apart',
  'cancelled',
  'ahead_of_receipt',
  'quarantined',
  'overflow',
  'other',
] as const;
const PARSE_FAULTS = [
  'invalid_json',
  'unknown_type',
  'bad_number',
  'bad_ticker',
  'missing_field',
  'oversize',
  'other',
] as const;

/** All metrics; the key is the name behind "spyhop_". */
export const CATALOGUE = {
  feed_connected: gauge('1 while the feed is live: connected, authenticated and subscribed.'),
  feed_connections_total: counter('Attempts to connect, by what came of them.', [
    'result',
    ['ok', 'refused', 'auth_failed', 'max_connections', 'timeout', 'other'],
  ]),
  feed_disconnects_total: counter('Connections that ended, by why.', [
    'reason',
    ['closed', 'error', 'stale', 'auth_failed', 'max_connections', 'stopped', 'other'],
  ]),
  feed_received_frames_total: counter('Frames read from the socket.'),
  feed_received_bytes_total: counter('Bytes of the frames read from the socket.'),
  feed_received_messages_total: counter('Messages inside the frames.', [
    'type',
    ['trade', 'quote', 'aggregate', 'status', 'other'],
  ]),
  feed_parse_errors_total: counter('Messages that could not be read.', ['reason', PARSE_FAULTS]),
  feed_last_message_timestamp_seconds: gauge('When the last message came.'),
  feed_event_delay_seconds: histogram('From the time of a print to its receipt.', DELAY_BOUNDS_SECONDS),
  feed_subscriptions: gauge('Channels subscribed to.'),
  feed_gaps_total: counter('Holes in the feed.', ['state', ['detected', 'backfilled', 'unrecoverable']]),
  feed_gaps_open: gauge('Holes in the feed that nothing has filled yet.'),
  feed_gap_oldest_timestamp_seconds: gauge('When the oldest open hole began; 0 without one.'),
  stage_received_events_total: counter('Prints that came into a stage.', STAGE),
  stage_sent_events_total: counter('Prints that a stage handed on.', STAGE),
  stage_discarded_events_total: counter('Prints that ended in a stage, by why.', STAGE, [
    'reason',
    DISCARD_REASONS,
  ]),
  stage_errors_total: counter('Batches that a stage failed on.', STAGE),
  stage_busy_seconds_total: counter('Time a stage has worked on the main thread.', STAGE),
  queue_events: gauge('What waits in a queue.', QUEUE),
  queue_capacity_events: gauge('What a queue can hold.', QUEUE),
  queue_dropped_events_total: counter('What a full queue refused.', QUEUE),
  watermark_timestamp_seconds: gauge('Newest clock of the tape that a stage has finished with.', STAGE),
  late_events_total: counter('Prints older than the allowance when they came.'),
  duplicate_events_total: counter('Prints that were known already.', [
    'source',
    ['live', 'replay', 'backfill'],
  ]),
  clock_jumps_total: counter("Times the machine's clock moved against its monotonic one."),
  events_unaccounted: gauge('Received less stored, duplicate, discarded and in flight: 0 at rest.'),
  sink_rows_total: counter('Rows given to Postgres.', TABLE, ['result', ['inserted', 'duplicate', 'failed']]),
  sink_flush_duration_seconds: histogram('Time of one transaction of the writer.', ANSWER_BOUNDS_SECONDS),
  sink_retries_total: counter('Batches that were tried again.'),
  sink_committed_event_timestamp_seconds: gauge('Clock of the newest print that is committed.'),
  sink_oldest_pending_timestamp_seconds: gauge('Clock of the oldest print not yet committed; 0 without one.'),
  journal_bytes: gauge('Size of the journal on disk.'),
  journal_max_bytes: gauge('Size the journal may reach.'),
  journal_records_total: counter('Records written to the journal.'),
  journal_corrupt_records_total: counter('Records whose checksum was wrong when read.'),
  journal_fsync_duration_seconds: histogram('Time of one fsync of the journal.', ANSWER_BOUNDS_SECONDS),
  db_up: gauge('1 while Postgres answers.'),
  db_pool_connections: gauge('Connections of the pool.', ['state', ['idle', 'busy']]),
  db_pool_waiting_requests: gauge('Requests that wait for a connection.'),
  db_errors_total: counter('Failed statements, by the kind of failure.', [
    'class',
    ['connection', 'resources', 'constraint', 'conflict', 'timeout', 'other'],
  ]),
  actors: gauge('Running actors.', ['machine', ['system', 'feed', 'shard', 'underlying', 'writer']]),
  actor_errors_total: counter('Actors that failed and were replaced or left out.'),
  actors_quarantined: gauge('Underlyings left out for the rest of the session.'),
  alerts_total: counter(
    'Alerts raised.',
    ['detector', ['threshold', 'zscore', 'surprise', 'forest', 'other']],
    ['severity', ['low', 'medium', 'high']],
  ),
  alerts_last_timestamp_seconds: gauge('When the last alert was raised, by the clock of the tape.'),
  alert_latency_seconds: histogram('From the print to the committed alert.', DELAY_BOUNDS_SECONDS),
  baseline_run: gauge('Number of the run of the baseline in use; 0 without one.'),
  baseline_as_of_timestamp_seconds: gauge('Midnight in New York of the session the baseline was made for.'),
  baseline_contracts: gauge('Contracts with a normal, by how much it rests on.', [
    'state',
    ['ready', 'warming'],
  ]),
  job_runs_total: counter('Runs of a job.', ['job', null], ['result', ['ok', 'failed']]),
  job_last_success_timestamp_seconds: gauge('When a job last succeeded; 0 when never.', ['job', null]),
  job_last_duration_seconds: gauge('Time the last run of a job took.', ['job', null]),
  http_requests_total: counter(
    'Answered requests.',
    ['route', null],
    ['status', ['2xx', '3xx', '4xx', '5xx']],
  ),
  http_request_duration_seconds: histogram('Time to answer.', ANSWER_BOUNDS_SECONDS, ['route', null]),
  http_requests_in_flight: gauge('Requests being answered.'),
  http_rejected_requests_total: counter('Requests turned away before they were looked at.', [
    'reason',
    ['auth', 'host', 'method', 'body_too_large', 'overload', 'malformed'],
  ]),
  stream_subscribers: gauge('Clients that follow the alerts.'),
  stream_sent_alerts_total: counter('Live alerts handed to clients that follow.'),
  stream_dropped_subscribers_total: counter('Clients cut off because they read too slowly.'),
  log_lines_total: counter('Lines of the log, by kind.', ['kind', null]),
  log_suppressed_lines_total: counter('Lines of the log that the limit of their kind held back.'),
  market_open: gauge('1 while the session is open.', ['session', ['regular', 'late']]),
  market_next_change_timestamp_seconds: gauge('When the market opens or closes next.'),
  event_loop_utilization_ratio: gauge('Share of the time since the last scrape that the main thread worked.'),
  metrics_source_errors_total: counter('Metrics that could not be read and were left out of a scrape.'),
  metrics_series: gauge('Series of this scrape, itself included.'),
} as const satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof CATALOGUE;
/** What a source gives: a number or a histogram, by label values where the metric has labels; absent is 0. */
export type Reading<Name extends MetricName> = Nested<
  (typeof CATALOGUE)[Name]['labels'],
  (typeof CATALOGUE)[Name]['type'] extends 'histogram' ? Histogram : number
>;
/** Where the numbers come from, by metric. What has no source reads 0 from the start. */
export type MetricSources = { readonly [Name in MetricName]?: () => Reading<Name> };

export interface MetricsSettings {
  readonly sources: MetricSources;
  /** Values of the labels that only the composition root knows: route, job, kind of log line. */
  readonly values: Readonly<Record<'route' | 'job' | 'kind', readonly string[]>>;
  /** Labels of spyhop_build_info: version, commit. */
  readonly build: Readonly<Record<string, string>>;
}

export interface Metrics {
  readonly contentType: string;
  /** The page that Prometheus scrapes. */
  text(): Promise<string>;
}

/** Their names end in _total although they are gauges, which breaks every rule that reads names. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** One metric as prom-client asks for it: read from its source at each scrape. */
class SourcedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: Definition['type'];
  readonly #read: () => Sample[];
  readonly #onError: () => void;

  constructor(name: string, { help, type }: Definition, read: () => Sample[], onError: () => void) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#read = read;
    this.#onError = onError;
  }

  get(): Promise<{ name: string; help: string; type: string; values: Sample[]; aggregator: 'sum' }> {
    const { name, help, type } = this;
    let values: Sample[] = [];
    try {
      values = this.#read();
    } catch {
      // Left out and counted: a 0 would be a lie, and the other metrics are worth having.
      this.#onError();
    }
    return Promise.resolve({ name, help, type, values, aggregator: 'sum' });
  }
}

/** Creates the metrics of one service; nothing is global. */
export function createMetrics({ sources, values, build }: MetricsSettings): Metrics {
  const registry = new Registry();
  let sourceErrors = 0;
  let utilization = performance.eventLoopUtilization();
  const own: MetricSources = {
    metrics_source_errors_total: () => sourceErrors,
    event_loop_utilization_ratio() {
      const since = utilization;
      utilization = performance.eventLoopUtilization();
      return performance.eventLoopUtilization(utilization, since).utilization;
    },
  };
  const all: Readonly<Record<string, (() => unknown) | undefined>> = { ...own, ...sources };
  const register = (name: string, definition: Definition, read: () => Sample[]): void => {
    const metric = new SourcedMetric(name, definition, read, () => sourceErrors++);
    // prom-client asks a registered metric for name and get() alone; its type names the classes it offers.
    registry.registerMetric(metric as unknown as Gauge);
  };
  for (const [key, definition] of Object.entries<Definition>(CATALOGUE)) {
    if (key === 'metrics_series') continue;
    const name = `spyhop_${key}`;
    register(name, definition, () => samplesOf(name, definition, all[key]?.(), values));
  }
  const info = { type: 'gauge', help: 'Always 1; its labels say what runs here.', labels: [] } as const;
  register('spyhop_build_info', info, () => [{ labels: { ...build, node: process.version }, value: 1 }]);
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    contentType: registry.contentType,
    async text() {
      const page = await registry.metrics();
      const series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length + 1;
      const name = 'spyhop_metrics_series';
      const { help, type } = CATALOGUE.metrics_series;
      return `${page}\n# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${series}\n`;
    },
  };
}
