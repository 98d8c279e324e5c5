// The lower half of the dashboard Pipeline: Postgres, jobs, the process, its API and its log.
import { lines, metric, metricNow, type Panel, percentiles, RATE } from './panel.ts';

export const DATABASE: readonly Panel[] = [
  lines(
    'Rows stored',
    'Rows given to Postgres a second, by table and result.',
    'cps',
    metric(
      `sum by (table, result) (rate(spyhop_sink_rows_total{table=~"print|alert"}[${RATE}]))`,
      '{{table}} {{result}}',
    ),
  ),
  lines(
    'A transaction of the writer',
    'Time of a transaction.',
    's',
    ...percentiles('spyhop_sink_flush_duration_seconds'),
  ),
  lines(
    'Tried again and failed',
    'Batches of the writer that were tried again, and failed statements by kind.',
    'short',
    metric(`sum(increase(spyhop_sink_retries_total[${RATE}]))`, 'tried again'),
    metric(`sum by (class) (increase(spyhop_db_errors_total[${RATE}]))`, '{{class}}'),
  ),
  lines(
    'Connections to Postgres',
    'Of the pool, by state, and requests that wait for one.',
    'short',
    metric('sum by (state) (spyhop_db_pool_connections)', '{{state}}'),
    metric('sum(spyhop_db_pool_waiting_requests)', 'waiting'),
  ),
  lines(
    'Disk',
    'Free share of the disk of the data directory.',
    'percentunit',
    metric('min(spyhop_disk_free_bytes / (spyhop_disk_size_bytes > 0))', 'free'),
  ),
  lines(
    'Clock',
    'Times the clock of the machine jumped.',
    'short',
    metric(`sum(increase(spyhop_clock_jumps_total[${RATE}]))`, 'jumps'),
  ),
];

export const JOBS: readonly Panel[] = [
  {
    kind: 'bargauge',
    title: 'Last success of jobs',
    description: 'Time since each job last succeeded; one that never did since the start is left out.',
    unit: 's',
    width: 8,
    height: 7,
    queries: [
      metricNow('max by (task) (time() - (spyhop_job_last_success_timestamp_seconds > 0))', '{{task}}'),
    ],
  },
  lines(
    'Runs of jobs',
    'Runs by job and result.',
    'short',
    metric(`sum by (task, result) (increase(spyhop_job_runs_total[${RATE}]))`, '{{task}} {{result}}'),
  ),
  lines(
    'Duration of jobs',
    'Of the last run.',
    's',
    metric('max by (task) (spyhop_job_last_duration_seconds)', '{{task}}'),
  ),
];

export const PROCESS: readonly Panel[] = [
  lines(
    'Requests',
    'Answered a second by status, and requests being answered.',
    'reqps',
    metric(`sum by (status) (rate(spyhop_http_requests_total[${RATE}]))`, '{{status}}'),
    metric('sum(spyhop_http_requests_in_flight)', 'being answered'),
  ),
  lines(
    'Time to answer',
    'The slowest one in a hundred, by route.',
    's',
    metric(
      `histogram_quantile(0.99, sum by (le, route) (rate(spyhop_http_request_duration_seconds_bucket[${RATE}]))) > 0`,
      '{{route}}',
    ),
  ),
  lines(
    'Turned away',
    'Requests turned away before they were looked at, by reason.',
    'short',
    metric(`sum by (reason) (increase(spyhop_http_rejected_requests_total[${RATE}]))`, '{{reason}}'),
  ),
  lines(
    'Memory',
    'Of the process, and of its heap beside what it may reach.',
    'bytes',
    metric('max(process_resident_memory_bytes{job="spyhop"})', 'process'),
    metric('max(nodejs_heap_size_used_bytes{job="spyhop"})', 'heap'),
    metric('max(spyhop_heap_limit_bytes)', 'heap may reach'),
  ),
  lines(
    'Processor',
    'Seconds of processor a second, of all threads.',
    'short',
    metric(`sum(rate(process_cpu_seconds_total{job="spyhop"}[${RATE}]))`, 'cores'),
  ),
  lines(
    'Series and sources',
    'Series of a scrape, and metrics that could not be read.',
    'short',
    metric('max(spyhop_metrics_series)', 'series'),
    metric(`sum(increase(spyhop_metrics_source_errors_total[${RATE}]))`, 'not readable'),
  ),
  lines(
    'Lines of the log',
    'Lines by kind, and lines that the limit of their kind held back.',
    'short',
    metric(
      `sum by (kind) (increase(spyhop_log_lines_total[${RATE}])) > 0 or sum(increase(spyhop_log_lines_total[${RATE}]))`,
      '{{kind}}',
    ),
    metric(`sum(increase(spyhop_log_suppressed_lines_total[${RATE}]))`, 'held back'),
  ),
  {
    kind: 'logs',
    title: 'Log',
    description: 'Lines of the containers that are warnings or worse.',
    unit: 'none',
    width: 16,
    height: 7,
    queries: [{ source: 'loki', text: '{job="containers", level=~"warn|error|fatal"}' }],
  },
];
