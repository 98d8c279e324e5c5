// Replaying a journal: the records of a live session, in their order, through the engine it had.
import { ALERTS_PER_DAY } from '../domain/budget.ts';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { requireSession } from '../domain/session.ts';
import { type ControlWords, readControl } from '../feeds/journal/control.ts';
import { type JournalDamage, readJournal } from '../feeds/journal/reader.ts';
import { segmentPath, segmentsOf } from '../feeds/journal/segments.ts';
import { VolumeCounter } from '../feeds/flat-file/volumes.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { GatheredFold } from '../tape/gathered-fold.ts';
import { SessionFold } from '../tape/session-fold.ts';
import type { Replay } from './run.ts';

/** A session's journal. */
export interface JournalDay {
  /** Folder of the journals, and New York date of the session. */
  readonly directory: string;
  readonly date: string;
}

const SEGMENT = /^\d{6}\.journal$/;
const SESSION = /^\d{4}-\d\d-\d\d$/;

/**
 * The journals that a path means: a session's folder, a segment in it, or the folder that holds the sessions. Null
 * when it means none. Throws a Refusal for segments that do not lie in a folder named by their session's date.
 */
export async function journalsIn(path: string): Promise<readonly JournalDay[] | null> {
  const full = resolve(path);
  if (SEGMENT.test(basename(full))) return [journalDay(dirname(full), path)];
  let entries: string[];
  try {
    if (!(await stat(full)).isDirectory()) return null;
    entries = await readdir(full);
  } catch (error) {
    throw refusalOf(path, error);
  }
  if (entries.some((name) => SEGMENT.test(name))) return [journalDay(full, path)];
  const dates = entries.filter((name) => SESSION.test(name)).toSorted();
  const held: JournalDay[] = [];
  for (const date of dates)
    if ((await segmentsOf(full, date)).length > 0) held.push({ directory: full, date });
  return held.length === 0 ? null : held;
}

function journalDay(folder: string, path: string): JournalDay {
  const date = basename(folder);
  if (!SESSION.test(date)) {
    throw new Refusal(
      `${path} is a journal in a folder that is not named by its session: name the folder like 2026-11-20`,
    );
  }
  return { directory: dirname(folder), date };
}

async function bytesOf({ directory, date }: JournalDay): Promise<number[]> {
  const sizes: number[] = [];
  for (const segment of await segmentsOf(directory, date))
    sizes[segment] = (await stat(segmentPath(directory, date, segment))).size;
  return sizes;
}

/** Records between two turns of the event loop. */
const RECORDS_A_TURN = 64;

/**
 * Replays a journal. Live, the engine took the same records in the same order: with the same settings and the same
 * normal it gives the same alerts. Damage is passed over and told, as a restart of the service does.
 */
export async function replayJournal(journal: JournalDay, shared: Replay): Promise<void> {
  const { table, history, lessons, settings, observer } = shared;
  const { directory, date } = journal;
  const session = requireSession(date);
  const orders = lessons?.before(date) ?? null;
  const baseline = { ...history.before(date, table.count), orders };
  const { detectors = ['threshold'], threshold } = settings;
  const { onFailure, onAlert } = observer;
  const fold = new SessionFold({
    session,
    table,
    baseline,
    detectors,
    threshold,
    alertsPerDay: settings.alertsPerDay ?? ALERTS_PER_DAY,
    onFailure,
  });
  const gathered = new GatheredFold(fold, table, onAlert);
  const counter = new VolumeCounter();
  const sizes = await bytesOf(journal);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const damage: JournalDamage[] = [];
  const runs = new Set<number>();
  let before = 0;
  let segment = 0;
  let records = 0;
  for await (const entry of readJournal(directory, date)) {
    if (!('record' in entry)) {
      damage.push(entry);
      continue;
    }
    if (entry.position.segment !== segment) {
      before += sizes[segment] ?? 0;
      ({ segment } = entry.position);
    }
    const { kind, bytes, receivedAtMs } = entry.record;
    if (kind === 'control') {
      gathered.flush();
      heed(readControl(bytes), fold, runs);
    } else if (kind === 'tick') gathered.tick(receivedAtMs);
    else if (kind === 'frame') for (const batch of gathered.frame(entry.record)) counter.add(batch);
    if (++records % RECORDS_A_TURN !== 0) continue;
    observer.onProgress({ step: 'journal', date, done: before + entry.position.offset, total });
    await new Promise((done) => setImmediate(done));
  }
  gathered.flush();
  observer.onProgress({ step: 'journal', date, done: total, total });
  fold.engine.stop();
  history.add(counter.take(date));
  const { counts, rejects } = fold.tape;
  observer.onDay({
    date,
    tape: counts.trades >= counts.minutes ? 'trades' : 'minutes',
    report: {
      path: directory,
      rows: fold.tape.rows,
      rejected: rejects
        .list()
        .map(({ reason, elements, sample }) => ({ reason, rows: elements, lines: [], sample })),
    },
    quotes: null,
    summary: fold.engine.summary(),
    baselineSessions: baseline.sessions,
    notices: noticesOf(damage, runs),
    budget: fold.engine.budget(),
  });
}

function heed(words: ControlWords, fold: SessionFold, runs: Set<number>): void {
  const { baselineRun } = words;
  fold.heed(words);
  if (baselineRun !== undefined) runs.add(baselineRun);
}

function noticesOf(damage: readonly JournalDamage[], runs: ReadonlySet<number>): string[] {
  const notices = damage.map(
    ({ kind, segment, from, until }) =>
      `the journal has a ${kind} in segment ${segment}, bytes ${from} to ${until}: what it held is missing`,
  );
  if (runs.size > 1) {
    const named = [...runs].join(', then ');
    notices.push(
      `live, the baseline changed within the session (runs ${named}); the history given is used for all of it`,
    );
  }
  return notices;
}
