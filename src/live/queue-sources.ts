// What waits where, what may wait there, and what was refused: the metrics of every queue of a running service.
import { ALERTS_MAX, type Writer } from '../actors/writer.ts';
import { WAITING_ROWS_MAX } from '../actors/writer-queue.ts';
import { JOURNAL_WAITING_BYTES_MAX, type JournalWriter } from '../feeds/journal/writer.ts';
import type { MetricSources } from '../metrics.ts';
import type { LiveSession } from './live-session.ts';

/** The parts that hold queues. */
export interface ObservedQueues {
  readonly session: () => LiveSession;
  readonly journal: () => JournalWriter;
  readonly writer: Writer;
  /** Alerts that wait for the slowest client that follows, and how many may. */
  readonly followers: () => { readonly waiting: number; readonly waitingMax: number };
}

/** The sources of the queues' metrics. A queue of prints refuses none: those wait in the journal, and are a backlog. */
export function queueSources({ session, journal, writer, followers }: ObservedQueues) {
  return {
    queue_events: () => {
      const { end, durable } = journal().status;
      const { inFlight, alerts } = writer.counts();
      return {
        journal: end.records - durable.records,
        writer: inFlight,
        alerts: alerts.inFlight,
        streams: followers().waiting,
      };
    },
    queue_capacity_events: () => ({
      writer: WAITING_ROWS_MAX,
      alerts: ALERTS_MAX,
      streams: followers().waitingMax,
    }),
    queue_dropped_events_total: () => ({
      journal: journal().status.lostRecords,
      alerts: writer.counts().alerts.discarded,
    }),
    queue_backlog_events: () => session().backlogRows,
    journal_waiting_bytes: () => journal().status.waitingBytes,
    journal_waiting_max_bytes: () => JOURNAL_WAITING_BYTES_MAX,
  } satisfies MetricSources;
}
