// The page of limits: every queue and memory of a running service, how large it may be, why, and what happens then.
import { ALERTS_MAX } from '../src/actors/writer.ts';
import { PIECE_ROWS, WAITING_BYTES_MAX, WAITING_ROWS_MAX } from '../src/actors/writer-queue.ts';
import { AlertFeed } from '../src/api/alert-feed.ts';
import { LIMITS } from '../src/api/ports.ts';
import { CONTRACTS_MAX } from '../src/domain/contract-table.ts';
import { QUOTES_KEPT_MAX } from '../src/domain/chronicle.ts';
import { THRESHOLD_WINDOW_MS } from '../src/domain/detectors/threshold.ts';
import { SIZE_MAX } from '../src/domain/trade.ts';
import { JOURNAL_WAITING_BYTES_MAX, SEGMENT_BYTES_MAX } from '../src/feeds/journal/writer.ts';
import { FRAME_BYTES_MAX } from '../src/feeds/massive/socket.ts';
import { AHEAD_MS_MAX, LATENESS_MS } from '../src/feeds/massive/wire.ts';
import { QUOTES_WATCHED } from '../src/live/feed-link.ts';
import { KNOWN_ALERTS_MAX } from '../src/live/sessions.ts';
import { LINES_PER_MINUTE_MAX } from '../src/log.ts';
import { REMEMBERED_MAX, REMEMBERED_MIN } from '../src/streams/dedupe.ts';
import { GATHERED_ROWS_MAX } from '../src/tape/gathered-tape.ts';

interface Limit {
  readonly what: string;
  readonly bound: string;
  readonly why: string;
  /** What happens beyond it, and the metric that counts it. */
  readonly beyond: string;
}

const count = (number: number): string => number.toLocaleString('en-US');
const megabytes = (bytes: number): string => `${count(Math.round(bytes / 1024 / 1024))} MB`;
const seconds = (ms: number): string => `${count(ms / 1_000)} s`;
const feed = new AlertFeed().limits;

const LIMITS_BY_PLACE: Readonly<Record<string, readonly Limit[]>> = {
  'On the way of a print': [
    {
      what: 'A frame of the socket',
      bound: megabytes(FRAME_BYTES_MAX),
      why: "The provider's own client reads 1 MB, and decoding a frame holds the event loop.",
      beyond: 'The connection ends and is opened again: `spyhop_feed_disconnects_total`, and a gap.',
    },
    {
      what: 'A print ahead of its receipt',
      bound: seconds(AHEAD_MS_MAX),
      why: 'A clock that is further off is wrong.',
      beyond: 'Set aside: `spyhop_stage_discarded_events_total{stage="parse",reason="ahead_of_receipt"}`.',
    },
    {
      what: 'Contracts of a print',
      bound: count(SIZE_MAX),
      why: 'Up to here the premium of every print is an exact integer of cents.',
      beyond: 'Rejected: `spyhop_feed_parse_errors_total{reason="bad_number"}`.',
    },
    {
      what: 'The journal in memory',
      bound: megabytes(JOURNAL_WAITING_BYTES_MAX),
      why: 'A minute of 50,000 prints a second. A disk that is silent for longer has failed.',
      beyond:
        'Records are lost for a restart, not for the engine: `spyhop_queue_dropped_events_total{queue="journal"}`.',
    },
    {
      what: 'A segment of the journal',
      bound: megabytes(SEGMENT_BYTES_MAX),
      why: 'It is read whole, so it is also the memory of a restart.',
      beyond: 'The next segment begins.',
    },
    {
      what: 'Prints gathered by a restart',
      bound: count(GATHERED_ROWS_MAX),
      why: 'An underlying is woken for dozens of prints at once, and a batch is folded in some thirty milliseconds.',
      beyond: 'They are folded, and the next are gathered.',
    },
    {
      what: 'Prints that wait for the store',
      bound: `${count(WAITING_ROWS_MAX)}, ${megabytes(WAITING_BYTES_MAX)}`,
      why: "Half a minute of the busiest feed measured; an outage that lasts longer is the journal's.",
      beyond:
        'The writer takes no more and reads them from the journal later: `spyhop_queue_backlog_events`. None is lost.',
    },
    {
      what: 'A transaction of the writer',
      bound: `${count(PIECE_ROWS)} prints`,
      why: 'A commit then costs little a row, and encoding it holds the event loop for less than 10 ms.',
      beyond: 'The rest goes into the next one.',
    },
  ],
  'What a session remembers': [
    {
      what: 'Contracts',
      bound: count(CONTRACTS_MAX),
      why: 'All that are listed, 1.5 million, and a year of those that expired. 48 bytes each.',
      beyond: 'Prints of further ones are rejected: `spyhop_feed_parse_errors_total{reason="oversize"}`.',
    },
    {
      what: 'Sequence numbers of a contract, to know a print again',
      bound: `${REMEMBERED_MIN}, and ${REMEMBERED_MAX} of a busy one`,
      why: 'One cache line a contract, 512 bytes more for a busy one; a feed is not out of order by more.',
      beyond: 'An older one counts as heard: `spyhop_duplicate_events_total`.',
    },
    {
      what: 'Prints of the rolling window',
      bound: seconds(THRESHOLD_WINDOW_MS),
      why: 'The window of detector `threshold`, exact to the print, in one ring an underlying.',
      beyond: 'They leave it.',
    },
    {
      what: 'Prints of the session, for cancels and rebuilding',
      bound: 'the session',
      why: 'A cancel may name any print of the day. 24 bytes each: 240 MB for ten million.',
      beyond: 'The next session begins with none.',
    },
    {
      what: 'Contracts whose quotes are watched',
      bound: count(QUOTES_WATCHED),
      why: 'The provider allows a thousand; a hundred are more than ever stir at once.',
      beyond: 'Those nearest to an alert are taken.',
    },
    {
      what: 'Quotes that no print has passed',
      bound: seconds(AHEAD_MS_MAX + LATENESS_MS),
      why: 'No print is later, and no quote further ahead.',
      beyond: 'They prevail.',
    },
    {
      what: 'Quotes kept to rebuild an underlying',
      bound: count(QUOTES_KEPT_MAX),
      why: 'The sides of the newest prints are the ones that still matter.',
      beyond: 'The oldest are forgotten.',
    },
    {
      what: 'Ids of stored alerts',
      bound: count(KNOWN_ALERTS_MAX),
      why: 'So that a restart tells none twice; 16 characters each.',
      beyond: 'The oldest are forgotten; the store knows them still.',
    },
  ],
  'Alerts and those who ask': [
    {
      what: 'Alerts that wait for the store',
      bound: count(ALERTS_MAX),
      why: 'More than a busy week has, some 20 MB.',
      beyond:
        'Discarded: `spyhop_queue_dropped_events_total{queue="alerts"}`. The journal raises them again.',
    },
    {
      what: 'Alerts that wait for a client that follows',
      bound: count(feed.queueMax),
      why: 'Minutes of a flood; who reads slower than that reads nothing.',
      beyond: 'It is cut off and may come back where it was: `spyhop_stream_dropped_subscribers_total`.',
    },
    {
      what: 'Clients that follow',
      bound: count(feed.subscribersMax),
      why: 'Each alert is written to each of them.',
      beyond: 'Answered 503: `spyhop_http_rejected_requests_total{reason="overload"}`.',
    },
    {
      what: 'Recent alerts in memory',
      bound: count(feed.recentMax),
      why: 'A client that was away for a moment does not cost a query.',
      beyond: 'Older ones come from the store.',
    },
    {
      what: 'Alerts told one by one to a client that comes back',
      bound: count(LIMITS.resumeAlertsMax),
      why: 'Beyond that a page of `/v1/alerts` is quicker.',
      beyond: 'It is told to ask anew, with the event `reset`.',
    },
    {
      what: 'Requests answered at once',
      bound: count(LIMITS.requestsInFlightMax),
      why: 'The worst client must cost less than the feed can spare.',
      beyond: 'Answered 503: `spyhop_http_rejected_requests_total{reason="overload"}`.',
    },
    {
      what: 'Connections of the API',
      bound: count(LIMITS.connectionsMax),
      why: 'Each takes some kilobytes and a file handle.',
      beyond: 'Not accepted.',
    },
    {
      what: 'Lines of the log of one kind',
      bound: `${LINES_PER_MINUTE_MAX} a minute`,
      why: 'A fault that repeats must not fill the disk.',
      beyond: 'Held back: `spyhop_log_suppressed_lines_total`.',
    },
  ],
};

/** The page as the code says it now. */
export function limitsPage(how: string): string {
  const lines = [
    '# The limits',
    '',
    `${how} Every queue and every memory of a`,
    'running service has a bound. What is refused at it is counted. No print is lost without a count: received =',
    'stored + duplicate + discarded + in flight, and `spyhop_events_unaccounted` reads 0.',
  ];
  for (const [place, limits] of Object.entries(LIMITS_BY_PLACE)) {
    lines.push('', `## ${place}`, '');
    for (const { what, bound, why, beyond } of limits)
      lines.push(`- **${what}**: ${bound}. ${why} _Beyond it:_ ${beyond}`);
  }
  return `${lines.join('\n')}\n`;
}
