// A process that lives through the day of the soak as the service does: journal, engine, writer, store; it may be told
// at which fault point to die, and says on stdout when it is ready and how it ended.
import { openStore } from '../../src/db/open-store.ts';
import { codeOf } from '../../src/db/sqlstate.ts';
import { storedRows } from '../../src/db/journal-position.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { armFaultPoints } from '../../src/lib/fault-points.ts';
import { ManualClock, systemClock } from '../../src/lib/clock.ts';
import { openSessions } from '../../src/live/sessions.ts';
import { StoreCounts } from '../../src/live/store-counts.ts';
import type { Log } from '../../src/log.ts';
import { baselineFor, FRAMES, PRINTS_A_FRAME, SESSION, THRESHOLD } from './day.ts';

/** What a child is told, as JSON in its argument. */
export interface ChildTask {
  readonly url: string;
  readonly dataDir: string;
  /** Between frames, ms. */
  readonly paceMs: number;
  /** Frames given again after a start, as by a feed that repeats itself; 0 when the journal cannot know them. */
  readonly overlap: number;
  /** Where to die, and at which pass; null: nowhere. */
  readonly dieAt: { readonly point: string; readonly pass: number } | null;
}

/** What a child says at its end. */
export interface ChildReport {
  readonly stored: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly received: number;
  readonly left: number;
  /** Rows that nobody accounts for: 0, unless the journal lost some. */
  readonly unaccounted: number;
  /** Ids told, in their order. */
  readonly told: readonly string[];
  /** Kinds of log lines, and codes of what failed. */
  readonly kinds: readonly string[];
  readonly codes: readonly string[];
  readonly lostRecords: number;
  readonly recoveryMs: number;
  readonly rssMb: number;
}

const WAIT_MS = 20_000;

const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask;
const kinds = new Set<string>();
const codes = new Set<string>();
const told: string[] = [];
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const log = {
  write(kind: string, fields?: { error?: unknown }) {
    kinds.add(kind);
    const error = fields?.error;
    if (error !== undefined) codes.add(codeOf(error) || (error instanceof Error ? error.message : 'unknown'));
  },
} as unknown as Log;

let passes = 0;
if (task.dieAt !== null) {
  const { point: fatal, pass } = task.dieAt;
  armFaultPoints((point) => {
    if (point === fatal && ++passes === pass) process.kill(process.pid, 'SIGKILL');
  });
}

const clock = systemClock();
const table = new ContractTable();
const baseline = baselineFor(table);
const startMs = performance.now();
const store = await openStore({ dataDir: task.dataDir, databaseUrl: task.url, clock, onConnectionLost() {} });
const parts = new AsyncDisposableStack();
const live = await openSessions(
  {
    dataDir: task.dataDir,
    store,
    table,
    threshold: THRESHOLD,
    journalSessions: 5,
    clock,
    marketClock: new ManualClock(SESSION.midnightMs + SESSION.openMs),
    log,
    baseline: () => baseline,
    complete: (loaded) => Promise.resolve(loaded),
    storeCounts: new StoreCounts(),
    onRaised() {},
    onStored: (alerts) => void told.push(...alerts.map(({ id }) => id)),
  },
  parts,
);
const recoveryMs = performance.now() - startMs;
process.stdout.write('ready\n');

const { lastReceivedMs } = live.recovery;
const heard = FRAMES.findIndex(({ receivedAtMs }) => receivedAtMs > (lastReceivedMs ?? 0));
const stored = await storedRows(store.reader, SESSION.date);
const known = Math.ceil(stored / PRINTS_A_FRAME);
const isWhole = live.recovery.prints >= stored;
// What the store has and the journal lost is not given again: it would pass for new.
const next = Math.max(heard < 0 ? FRAMES.length : heard, known);
for (const { bytes, receivedAtMs } of FRAMES.slice(isWhole ? Math.max(0, next - task.overlap) : next)) {
  live.current().take(bytes, receivedAtMs);
  await pause(task.paceMs);
}
const untilMs = performance.now() + WAIT_MS;
const isIdle = (): boolean =>
  live.current().backlogRows === 0 &&
  live.writer.counts().inFlight === 0 &&
  live.writer.counts().alerts.inFlight === 0;
while (!isIdle() && performance.now() < untilMs) await pause(5);
const unaccounted = live.current().unaccountedRows;
const { lostRecords } = live.journal().status;
live.end();
const left = await live.writer.drain(5_000);
await parts.disposeAsync();
await store.close();
const { duplicate, discarded, received, ...counts } = live.writer.counts();
const report: ChildReport = {
  stored: counts.stored,
  duplicate,
  received,
  refused: discarded.refused,
  left: left.prints + left.alerts,
  unaccounted,
  told,
  kinds: [...kinds],
  codes: [...codes],
  lostRecords,
  recoveryMs,
  rssMb: process.memoryUsage().rss / 1e6,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
