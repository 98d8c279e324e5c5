// The log: one JSON line for each thing that matters, of a kind that stands in this table, with secrets blotted out.
import { type Logger, pino } from 'pino';
import type { Clock } from './lib/clock.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** What a kind of line means, how loud it is, and its fields with what they hold. */
interface Kind {
  readonly level: Level;
  readonly sentence: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Every kind of line. Nothing is logged per print: what happens that often is a metric. */
export const LOG_KINDS = {
  'service.started': {
    level: 'info',
    sentence: 'The service runs.',
    fields: { version: 'of spyhop', node: 'version of Node', pid: 'process', address: 'of the API' },
  },
  'service.stopping': {
    level: 'info',
    sentence: 'The service drains and takes nothing new.',
    fields: { deadlineMs: 'time it has' },
  },
  'service.stopped': {
    level: 'info',
    sentence: 'The service has ended.',
    fields: { left: 'prints and alerts that only the journal has' },
  },
  'service.failed': {
    level: 'error',
    sentence: 'The service cannot go on.',
    fields: { part: 'that failed', error: 'why' },
  },
  'feed.live': {
    level: 'info',
    sentence: 'The feed is connected, authenticated and subscribed.',
    fields: { host: 'of the provider', channel: 'subscribed to' },
  },
  'feed.lost': {
    level: 'warn',
    sentence: 'The connection ended; another is tried.',
    fields: { reason: 'why it ended', retryMs: 'wait before the next attempt' },
  },
  'feed.refused': {
    level: 'error',
    sentence: 'The provider refuses the key, and the feed has stopped.',
    fields: { reason: "the provider's words" },
  },
  'gap.opened': {
    level: 'warn',
    sentence: 'Prints are missing from here on.',
    fields: { from: 'beginning, UTC', reason: 'why' },
  },
  'gap.closed': {
    level: 'info',
    sentence: 'The hole in the feed has ended.',
    fields: { from: 'beginning, UTC', until: 'end, UTC' },
  },
  'gap.unrecorded': {
    level: 'warn',
    sentence: 'The store could not take a hole in the feed: the log alone has it.',
    fields: { error: 'why' },
  },
  'journal.opened': {
    level: 'info',
    sentence: 'The journal is open for the session.',
    fields: { session: 'date', bytes: 'already in it', replayed: 'records replayed' },
  },
  'journal.corrupt': {
    level: 'error',
    sentence: 'Bytes of the journal cannot be trusted and were set aside; what stands around them was used.',
    fields: { session: 'date', position: 'byte' },
  },
  'journal.failed': {
    level: 'error',
    sentence: 'The journal cannot be written.',
    fields: { error: 'why' },
  },
  'database.away': {
    level: 'error',
    sentence: 'Postgres does not answer; the journal keeps what comes.',
    fields: { error: 'why' },
  },
  'database.migrated': {
    level: 'info',
    sentence: 'The schema was brought up to date.',
    fields: { to: 'newest migration' },
  },
  'writer.retried': {
    level: 'warn',
    sentence: 'A batch could not be written and is tried again.',
    fields: { error: 'why' },
  },
  'actor.failed': {
    level: 'error',
    sentence: 'The actor of an underlying failed; the underlying was rebuilt from its session, or left out.',
    fields: { underlying: 'which', failures: 'in the session', quarantined: 'left out', error: 'why' },
  },
  'actor.quarantined': {
    level: 'error',
    sentence:
      'An underlying failed too often and raises no alerts for the rest of the session; its prints are stored.',
    fields: { underlying: 'which', failures: 'in the session' },
  },
  'session.opened': {
    level: 'info',
    sentence: 'A session begins.',
    fields: { session: 'date', contracts: 'with a normal', run: 'of the baseline' },
  },
  'session.closed': {
    level: 'info',
    sentence: 'A session has ended.',
    fields: { session: 'date', received: 'prints' },
  },
  'baseline.changed': {
    level: 'info',
    sentence: 'The running actors have a new baseline.',
    fields: { run: 'number', asOf: 'session', contracts: 'with a normal' },
  },
  'history.missing': {
    level: 'error',
    sentence:
      'A file of deep history is gone; its day is neither shown nor learned from until it is imported again.',
    fields: { path: 'where it was' },
  },
  'job.failed': {
    level: 'error',
    sentence: 'A job failed.',
    fields: { job: 'which; null while the queue of the jobs or a look at it failed', error: 'why' },
  },
  'api.listening': {
    level: 'info',
    sentence: 'The API takes requests.',
    fields: { address: 'where', token: 'whether one is asked for' },
  },
  'api.failed': {
    level: 'error',
    sentence: 'A request could not be answered.',
    fields: { requestId: 'of the request', route: 'template of its path', error: 'why' },
  },
  'api.refused': {
    level: 'warn',
    sentence: 'A client was turned away.',
    fields: {
      requestId: 'of the request',
      client: 'id of its token, or its address',
      reason: 'problem it was told',
    },
  },
  'api.subscriber_dropped': {
    level: 'warn',
    sentence: 'A client that follows the alerts read too slowly and was cut off.',
    fields: { requestId: 'of the request', waiting: 'alerts it had not read' },
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type LogKind = keyof typeof LOG_KINDS;
type FieldValue = string | number | boolean | null | Error;
/** The fields of a kind, all of them: what the table promises, a line has. `error` takes what was thrown. */
export type LogFields<K extends LogKind> = {
  readonly [F in keyof (typeof LOG_KINDS)[K]['fields']]: F extends 'error' ? unknown : FieldValue;
};

/** Where the lines go: a stream, or an array's push in a test. */
export interface LogDestination {
  write(line: string): unknown;
}

export interface LogSettings {
  /** The least level that is written; "silent" for none. */
  readonly level: Level | 'silent';
  readonly destination: LogDestination;
  /** Secrets that must not stand in any line: keys, tokens, passwords. Those under 6 characters are not sought. */
  readonly redact: readonly string[];
  /** The machine's clock: the time of the line and the span of the limit. */
  readonly clock: Pick<Clock, 'now'>;
}

export interface Log {
  /** Writes a line of this kind, unless its level or the limit of its kind holds it back. */
  write<K extends LogKind>(kind: K, fields: LogFields<K>): void;
  /** Lines written, by kind, and lines that the limit held back. */
  readonly counts: ReadonlyMap<LogKind, number>;
  readonly suppressed: number;
}

/** Lines of one kind in a minute: more of the same tell nothing new, and the next one says how many were held back. */
export const LINES_PER_MINUTE_MAX = 120;
const MINUTE_MS = 60_000;
const SECRET_CHARACTERS_MIN = 6;
const BLOT = '[redacted]';

/** Secrets by their look, for those that nobody declared: in URLs, in headers, in the provider's auth message. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"]*:)[^\s@"]+@/gi, `$1${BLOT}@`],
  [/\b(Bearer\s+)[\w.~+/=-]+/gi, `$1${BLOT}`],
  [/\b(spyhop_[0-9a-f]{8})_[\w-]{32}/g, `$1_${BLOT}`],
  [/\b((?:api_?key|token|password|secret)=)[^\s&"\\]+/gi, `$1${BLOT}`],
  [/(\\*"(?:api_?key|token|password|secret|params|authorization)\\*"\s*:\s*\\*")[^"\\]+/gi, `$1${BLOT}`],
];

/** Every shape in which a secret may stand in a line of JSON: escaped, as it is, or encoded in a URL. */
function shapesOf(secret: string): string[] {
  if (secret.length < SECRET_CHARACTERS_MIN) return [];
  const escaped = JSON.stringify(secret).slice(1, -1);
  const escapedTwice = JSON.stringify(escaped).slice(1, -1); // a message that is JSON itself
  return [...new Set([escapedTwice, escaped, secret, encodeURIComponent(secret)])];
}

/** Blots secrets out of a line. */
export function redacted(line: string, secrets: readonly string[]): string {
  let text = line;
  for (const shape of secrets.flatMap(shapesOf)) text = text.replaceAll(shape, BLOT);
  for (const [look, blot] of LOOKS) text = text.replace(look, blot);
  return text;
}

/** What is logged of something thrown: its words and code; the stack only where lines are for those who debug. */
function wordsOf(error: unknown, withStack: boolean): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : `thrown: ${typeof error}`;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const stack = withStack ? { stack: error.stack } : {};
  return { name: error.name, message: error.message, ...code, ...stack };
}

/** Creates a log; nothing is global, and no line is pretty: that is the business of who shows it. */
export function createLog({ level, destination, redact, clock }: LogSettings): Log {
  const out = { write: (line: string) => void destination.write(redacted(line, redact)) };
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    out,
  );
  const counts = new Map<LogKind, number>();
  const spans = new Map<LogKind, { fromMs: number; lines: number; held: number }>();
  let suppressed = 0;
  return {
    counts,
    get suppressed() {
      return suppressed;
    },
    write(kind, fields) {
      const { level: loudness, sentence } = LOG_KINDS[kind];
      if (!logger.isLevelEnabled(loudness)) return;
      const nowMs = clock.now();
      let span = spans.get(kind);
      if (span === undefined || nowMs < span.fromMs || nowMs >= span.fromMs + MINUTE_MS) {
        const held = span?.held ?? 0;
        spans.set(kind, (span = { fromMs: nowMs, lines: 0, held }));
      }
      if (++span.lines > LINES_PER_MINUTE_MAX) {
        span.held++;
        suppressed++;
        return;
      }
      const line: Record<string, unknown> = { kind, ...fields };
      if ('error' in line) line['error'] = wordsOf(line['error'], level === 'debug');
      if (span.held > 0) line['suppressed'] = span.held;
      span.held = 0;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      logger[loudness](line, sentence);
    },
  };
}
