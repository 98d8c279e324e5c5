// Where the metrics of a running service come from: plain numbers of its parts, read at the scrape.
import { SHARDS } from '../actors/directory.ts';
import { dayNumberOf, newYorkMidnightMs } from '../domain/calendar.ts';
import type { MetricSources } from '../metrics.ts';
import type { AlertCounts } from './alert-counts.ts';
import type { FeedCounts } from './feed-counts.ts';
import type { LiveSession } from './live-session.ts';
import { marketStateAt } from './market-state.ts';
import { type ObservedQueues, queueSources } from './queue-sources.ts';
import type { StoreCounts } from './store-counts.ts';
import type { World } from './world.ts';

type ParseFault =
  | 'oversize'
  | 'invalid_json'
  | 'unknown_type'
  | 'missing_field'
  | 'bad_number'
  | 'bad_ticker';

/** What a scrape reads. */
export interface ObservedParts extends ObservedQueues {
  readonly feed: FeedCounts;
  readonly alerts: AlertCounts;
  readonly store: StoreCounts;
  readonly world: World;
  /** Epoch ms on the machine's clock and on the market's: they differ when a past session is played. */
  readonly now: () => number;
  readonly marketNow: () => number;
  readonly databaseIsUp: () => boolean;
  readonly connections: () => { readonly open: number; readonly idle: number; readonly waiting: number };
  readonly baseline: () => { readonly run: number; readonly asOf: string | null; readonly contracts: number };
}

/** Reasons of the decoder by the word of the metric; what says nothing of the below is about a ticker. */
const PARSE_FAULTS: ReadonlyArray<readonly [RegExp, ParseFault]> = [
  [/JSON|cut off|end of the frame|not an object/, 'invalid_json'],
  [/kind of element/, 'unknown_type'],
  [/has no ticker/, 'missing_field'],
  [/than the table holds/, 'oversize'],
  [/^(time|price|size|condition|exchange|quote size) /, 'bad_number'],
];

function parseErrors({ rejects }: LiveSession['tape']): Partial<Record<ParseFault, number>> {
  const counts: Partial<Record<ParseFault, number>> = {};
  for (const { reason, elements } of rejects.list()) {
    const word = PARSE_FAULTS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'bad_ticker';
    counts[word] = (counts[word] ?? 0) + elements;
  }
  return counts;
}

/** The sources of every metric that has one in this service. */
export function metricSources(parts: ObservedParts) {
  return {
    ...feedSources(parts),
    ...tapeSources(parts),
    ...queueSources(parts),
    ...storeSources(parts),
    ...detectionSources(parts),
    ...worldSources(parts),
  };
}

function feedSources({ feed, session, now, marketNow }: ObservedParts) {
  return {
    feed_connected: () => (feed.live ? 1 : 0),
    feed_connections_total: () => feed.connections,
    feed_disconnects_total: () => feed.disconnects,
    feed_received_frames_total: () => feed.frames,
    feed_received_bytes_total: () => feed.bytes,
    feed_received_messages_total: () => {
      const { trades, quotes, minutes, statuses } = session().tape.counts;
      return { trade: trades, quote: quotes, aggregate: minutes, status: statuses };
    },
    feed_parse_errors_total: () => parseErrors(session().tape),
    stage_discarded_events_total: () => ({
      parse: { ahead_of_receipt: session().tape.counts.setAside },
      detect: { failed: session().engine.lost, quarantined: session().engine.quarantined },
      dedupe: { duplicate: session().tape.duplicates },
    }),
    feed_event_delay_seconds: () => feed.delays,
    feed_busy_seconds_total: () => feed.busySeconds,
    feed_last_message_timestamp_seconds: () => feed.lastMessageMs / 1000,
    feed_subscriptions: () => (feed.live ? 1 : 0),
    feed_gaps_total: () => feed.gaps,
    feed_gaps_open: () => (feed.gapSinceMs === null ? 0 : 1),
    feed_gap_oldest_timestamp_seconds: () =>
      feed.gapSinceMs === null ? 0 : (feed.gapSinceMs + now() - marketNow()) / 1000,
  } satisfies MetricSources;
}

function tapeSources({ session, writer, journal }: ObservedParts) {
  return {
    late_events_total: () => session().engine.latePrints,
    duplicate_events_total: () => session().tape.duplicates,
    events_unaccounted: () => {
      const { received, stored, duplicate, discarded, inFlight } = writer.counts();
      const ofWriter = received - stored - duplicate - discarded.settled - discarded.refused - inFlight;
      return ofWriter + session().unaccountedRows;
    },
    journal_records_total: () => journal().status.end.records,
    journal_flush_duration_seconds: () => journal().status.flushSeconds,
    watermark_timestamp_seconds: () => ({ detect: secondsOf(session().lastEventMs) }),
    actors: () => ({ underlying: session().engine.actors, shard: SHARDS, feed: 1, writer: 1 }),
    actor_errors_total: () => session().engine.failures,
    actor_passivations_total: () => session().engine.passivations,
    actors_quarantined: () => session().quarantined.length,
  } satisfies MetricSources;
}

function storeSources({ writer, store, databaseIsUp, connections }: ObservedParts) {
  return {
    db_up: () => (databaseIsUp() ? 1 : 0),
    db_pool_connections: () => {
      const { open, idle } = connections();
      return { idle, busy: open - idle };
    },
    db_pool_waiting_requests: () => connections().waiting,
    sink_rows_total: () => {
      const { stored, duplicate, discarded, alerts } = writer.counts();
      return {
        print: { inserted: stored, duplicate, failed: discarded.refused },
        alert: { inserted: alerts.stored, duplicate: alerts.duplicate, failed: alerts.discarded },
      };
    },
    sink_retries_total: () => writer.counts().retries,
    sink_flush_duration_seconds: () => store.flushes,
    db_errors_total: () => store.errors,
  } satisfies MetricSources;
}

function detectionSources({ alerts, baseline, session }: ObservedParts) {
  return {
    budget_alerts_per_day: () => session().budget?.alertsPerDay ?? 0,
    budget_spent_alerts: () => session().budget?.spent ?? {},
    budget_burn_ratio: () => session().budget?.burnRate ?? 0,
    budget_held_back: () => session().budget?.heldBack.length ?? 0,
    alerts_total: () => alerts.byDetector,
    alert_latency_seconds: () => alerts.latencies,
    alerts_last_timestamp_seconds: () => alerts.lastMs / 1000,
    baseline_run: () => baseline().run,
    baseline_as_of_timestamp_seconds: () => {
      const day = dayNumberOf(baseline().asOf ?? '');
      return day === null ? 0 : newYorkMidnightMs(day) / 1000;
    },
    baseline_contracts: () => baseline().contracts,
  } satisfies MetricSources;
}

/** What lies around the service: the disk, the clock of the machine, the hours of the market. */
function worldSources({ world, marketNow }: ObservedParts) {
  return {
    disk_free_bytes: () => world.disk.freeBytes,
    disk_size_bytes: () => world.disk.sizeBytes,
    journal_bytes: () => world.disk.journalBytes,
    clock_jumps_total: () => world.clockJumps,
    market_open: () => {
      const { regular, late } = marketStateAt(marketNow());
      return { regular: regular ? 1 : 0, late: late ? 1 : 0 };
    },
    market_next_change_timestamp_seconds: () => secondsOf(marketStateAt(marketNow()).nextChangeMs),
  } satisfies MetricSources;
}

/** Epoch seconds of epoch ms; 0 for what has not been. */
function secondsOf(epochMs: number | null): number {
  return epochMs === null || !Number.isFinite(epochMs) ? 0 : epochMs / 1000;
}
