// The dashboard Pipeline: from the socket to Postgres, every stage with what came, what waits and what was lost.
import { type Dashboard, lines, metric, metricNow, type Panel, percentiles, RATE, stat } from './panel.ts';
import { DATABASE, JOBS, PROCESS } from './pipeline-machine.ts';

const NOW: readonly Panel[] = [
  stat(
    'Feed',
    '1 while the feed is connected, authenticated and subscribed.',
    'bool_on_off',
    metricNow('max(spyhop_feed_connected)'),
  ),
  stat(
    'Market',
    '1 in the regular session.',
    'bool_yes_no',
    metricNow('max(spyhop_market_open{session="regular"})'),
  ),
  stat(
    'Next change of the market',
    'When it opens or closes next.',
    'dateTimeAsIso',
    metricNow('max(spyhop_market_next_change_timestamp_seconds) * 1000'),
  ),
  stat(
    'Unaccounted prints',
    'Received less stored, duplicate, discarded and in flight. Anything but 0 at rest is a fault of the program.',
    'short',
    metricNow('max(spyhop_events_unaccounted)'),
    { badAt: 1 },
  ),
  stat(
    'Open holes',
    'Times without feed that nothing has filled yet.',
    'short',
    metricNow('sum(spyhop_feed_gaps_open)'),
    { warnAt: 1 },
  ),
  stat('Postgres', '1 while it answers.', 'bool_on_off', metricNow('max(spyhop_db_up)')),
];

const FEED: readonly Panel[] = [
  lines(
    'Messages',
    'Messages a second by type.',
    'cps',
    metric(`sum by (type) (rate(spyhop_feed_received_messages_total[${RATE}]))`, '{{type}}'),
  ),
  lines(
    'Frames and bytes',
    'Frames and bytes a second from the socket.',
    'short',
    metric(`sum(rate(spyhop_feed_received_frames_total[${RATE}]))`, 'frames'),
    metric(`sum(rate(spyhop_feed_received_bytes_total[${RATE}]))`, 'bytes'),
  ),
  lines(
    'Delay of prints',
    'From the time of a print to its receipt.',
    's',
    ...percentiles('spyhop_feed_event_delay_seconds'),
  ),
  lines(
    'Connections of the feed',
    'Attempts to connect by result, and connections that ended by reason.',
    'short',
    metric(`sum by (result) (increase(spyhop_feed_connections_total[${RATE}]))`, 'connected: {{result}}'),
    metric(`sum by (reason) (increase(spyhop_feed_disconnects_total[${RATE}]))`, 'ended: {{reason}}'),
  ),
  lines(
    'Since the last message',
    'A feed that is connected and says nothing while the market is open is broken.',
    's',
    metric('max(time() - (spyhop_feed_last_message_timestamp_seconds > 0))', 'since the last message'),
  ),
  lines(
    'Holes and subscriptions',
    'Holes found in the feed, and channels subscribed to.',
    'short',
    metric(`sum(increase(spyhop_feed_gaps_total[${RATE}]))`, 'holes'),
    metric('sum(spyhop_feed_subscriptions)', 'subscriptions'),
  ),
  lines(
    'Unreadable messages',
    'Messages that could not be read, by reason: the rest of their frame was used.',
    'short',
    metric(`sum by (reason) (increase(spyhop_feed_parse_errors_total[${RATE}]))`, '{{reason}}'),
  ),
  lines(
    'Late and known prints',
    'Prints older than the allowance when they came, and prints that were known already.',
    'cps',
    metric(`sum(rate(spyhop_late_events_total[${RATE}]))`, 'late'),
    metric(`sum(rate(spyhop_duplicate_events_total[${RATE}]))`, 'known'),
  ),
  lines(
    'Discarded prints',
    'Prints that ended before a detector, by stage and reason.',
    'short',
    metric(
      `sum by (stage, reason) (increase(spyhop_stage_discarded_events_total[${RATE}])) > 0
          or sum(increase(spyhop_stage_discarded_events_total[${RATE}]))`,
      '{{stage}} {{reason}}',
    ),
  ),
];

const QUEUES: readonly Panel[] = [
  lines(
    'Queues',
    'How full each queue with a bound is.',
    'percentunit',
    metric('max by (queue) (spyhop_queue_events / (spyhop_queue_capacity_events > 0))', '{{queue}}'),
  ),
  lines(
    'Waiting',
    'What waits in each queue, and prints that wait in the journal because the writer had no room.',
    'short',
    metric('max by (queue) (spyhop_queue_events)', '{{queue}}'),
    metric('max(spyhop_queue_backlog_events)', 'backlog in the journal'),
  ),
  lines(
    'Refused by full queues',
    'Anything but 0 is a loss.',
    'short',
    metric(`sum by (queue) (increase(spyhop_queue_dropped_events_total[${RATE}]))`, '{{queue}}'),
  ),
  lines(
    'Lag of the tape',
    'How far the detectors are behind the wall clock; the delay of the plan is in it.',
    's',
    metric('max(time() - (spyhop_watermark_timestamp_seconds{stage="detect"} > 0))', 'detect'),
  ),
  lines(
    'Main thread',
    'Share of the time it works, all in all and on frames.',
    'percentunit',
    metric('max(spyhop_event_loop_utilization_ratio)', 'all'),
    metric('max(instance:spyhop_feed_busy:ratio_rate5m)', 'frames'),
  ),
  lines(
    'Event loop lag',
    'How late the main thread comes to a look that was due.',
    's',
    metric('max(nodejs_eventloop_lag_p50_seconds{job="spyhop"})', 'median'),
    metric('max(nodejs_eventloop_lag_p99_seconds{job="spyhop"})', '99 %'),
  ),
  lines(
    'Actors',
    'Running actors by machine, and underlyings that are left out for the rest of the session.',
    'short',
    metric('sum by (machine) (spyhop_actors)', '{{machine}}'),
    metric('sum(spyhop_actors_quarantined)', 'left out'),
  ),
  lines(
    'Stopped and failed actors',
    'Stopped because their underlying was quiet; replaced because they failed.',
    'short',
    metric(`sum(increase(spyhop_actor_passivations_total[${RATE}]))`, 'quiet'),
    metric(`sum(increase(spyhop_actor_errors_total[${RATE}]))`, 'failed'),
  ),
  lines(
    'Followers',
    'Clients that follow the alerts, what they were sent, and those that were cut off.',
    'short',
    metric('sum(spyhop_stream_subscribers)', 'followers'),
    metric(`sum(increase(spyhop_stream_sent_alerts_total[${RATE}]))`, 'alerts sent'),
    metric(`sum(increase(spyhop_stream_dropped_subscribers_total[${RATE}]))`, 'cut off'),
  ),
];

const JOURNAL: readonly Panel[] = [
  lines(
    'Journal',
    'Size of the journal, and what waits for the disk beside what may.',
    'bytes',
    metric('max(spyhop_journal_bytes)', 'on disk'),
    metric('max(spyhop_journal_waiting_bytes)', 'waiting'),
    metric('max(spyhop_journal_waiting_max_bytes)', 'may wait'),
  ),
  lines(
    'Records of the journal',
    'Written a second, and found damaged at the last start.',
    'short',
    metric(`sum(rate(spyhop_journal_records_total[${RATE}]))`, 'written'),
    metric(`sum(increase(spyhop_journal_corrupt_records_total[${RATE}]))`, 'damaged'),
  ),
  lines(
    'Writing the journal',
    'Time of a write, its fsync included.',
    's',
    ...percentiles('spyhop_journal_flush_duration_seconds'),
  ),
];

export const PIPELINE: Dashboard = {
  uid: 'spyhop-pipeline',
  title: 'Pipeline',
  description: 'From the socket to Postgres: what came, what waits, what was lost, and on what it runs.',
  from: 'now-3h',
  to: 'now',
  refresh: '15s',
  variables: [],
  annotations: [
    {
      name: 'Firing alerts',
      color: 'red',
      query: metric(
        'ALERTS{job="spyhop", alertstate="firing", severity=~"critical|warning"}',
        '{{alertname}}',
      ),
    },
    {
      name: 'Starts',
      color: 'blue',
      query: metric(`changes(process_start_time_seconds{job="spyhop"}[${RATE}]) > 0`, 'spyhop started'),
    },
  ],
  sections: [
    { title: 'Now', panels: NOW },
    { title: 'Feed', panels: FEED },
    { title: 'Queues and actors', panels: QUEUES },
    { title: 'Journal', panels: JOURNAL },
    { title: 'Postgres', panels: DATABASE },
    { title: 'Baselines and jobs', panels: JOBS },
    { title: 'Process and API', panels: PROCESS },
  ],
};
