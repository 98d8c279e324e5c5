// The session under way with its journal and its writer, and the change to the next when the market's date changes.
import { join } from 'node:path';
import { Writer } from '../actors/writer.ts';
import { storeAlerts } from '../db/alerts.ts';
import { type LoadedBaseline, loadBaseline } from '../db/baselines.ts';
import { storedRows } from '../db/journal-position.ts';
import type { OpenStore } from '../db/open-store.ts';
import { createPrintWriter } from '../db/print-writer.ts';
import { isPassing } from '../db/sqlstate.ts';
import type { Alert } from '../domain/alert.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import { newYorkDate, requireSession, type Session, sessionAfter, sessionOn } from '../domain/session.ts';
import { dropOldSessions } from '../feeds/journal/segments.ts';
import { JournalWriter } from '../feeds/journal/writer.ts';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../log.ts';
import { LiveSession } from './live-session.ts';

/** How often the date of the market is looked at. */
const ROLL_CHECK_MS = 1_000;

/** The session that runs at a moment, or the next one when none does. */
export function sessionAt(epochMs: number): Session {
  const today = newYorkDate(epochMs);
  const session = sessionOn(today);
  return 'fault' in session ? requireSession(present(sessionAfter(today), 'a session after today')) : session;
}

/** The session under way with what it writes to. */
export interface Sessions {
  readonly current: () => LiveSession;
  readonly journal: () => JournalWriter;
  readonly writer: Writer;
}

/** What the sessions of a service need. */
export interface SessionsSettings {
  readonly dataDir: string;
  readonly store: OpenStore;
  readonly table: ContractTable;
  readonly threshold: ThresholdSettings;
  readonly journalSessions: number;
  readonly clock: Clock;
  readonly marketClock: Clock;
  readonly log: Log;
  /** Told of each alert when it is raised. */
  readonly onRaised: (alert: Alert) => void;
  /** Told of alerts when they are stored for the first time. */
  readonly onStored: (alerts: readonly Alert[]) => void;
}

/** Opens the session that runs and the writer; when the market's date changes, the next session takes its place. */
export async function openSessions(
  settings: SessionsSettings,
  first: Session,
  baseline: LoadedBaseline,
  parts: AsyncDisposableStack,
): Promise<Sessions> {
  const { store, table, clock, marketClock, log, dataDir } = settings;
  const journalDirectory = join(dataDir, 'journal');
  const prints = createPrintWriter(store.db, table);
  /** Alerts of the session that an earlier process stored: a restart raises them again, and tells nobody. */
  const known = new Set<string>();
  const tell = async (alerts: readonly Alert[]): Promise<number> => {
    const fresh = alerts.filter(({ id }) => !known.has(id));
    const stored = await storeAlerts(store.db, fresh);
    for (const alert of fresh) known.add(alert.id);
    settings.onStored(fresh);
    return stored;
  };
  const writer = new Writer({
    store: (piece) => prints.store(piece),
    storeAlerts: tell,
    mayPass: isPassing,
    clock,
    chance: () => Math.random(),
    onError: (error) => log.write('writer.retried', { error }),
    onState: (state) => state === 'away' && log.write('database.away', { error: 'the writer cannot store' }),
  });
  const open = async (session: Session, from: LoadedBaseline): Promise<[LiveSession, JournalWriter]> => {
    const journal = await JournalWriter.open({ directory: journalDirectory, date: session.date, clock });
    const ids = await store.db.rows<{ id: string }>(
      'select alert_id as id from spyhop.alert where session_date = $1',
      [session.date],
    );
    known.clear();
    for (const { id } of ids) known.add(id);
    const live = new LiveSession(
      {
        session,
        table,
        baseline: from,
        threshold: settings.threshold,
        storedRows: await storedRows(store.db, session.date),
      },
      {
        journal,
        journalDirectory,
        store: (batch) => writer.accept(batch),
        room: (rows) => writer.room(rows),
        onAlert(alert) {
          settings.onRaised(alert);
          writer.alert(alert);
        },
        onFailure: ({ underlying, failures, quarantined, error }) =>
          log.write('actor.failed', { underlying, failures, quarantined, error }),
        onFault: (error) => log.write('journal.failed', { error }),
        onDamage: ({ from: position }) => log.write('journal.corrupt', { session: session.date, position }),
      },
    );
    log.write('session.opened', { session: session.date, run: from.run, contracts: table.count });
    await dropOldSessions(journalDirectory, settings.journalSessions);
    return [live, journal];
  };
  let [live, journal] = await open(first, baseline);
  parts.defer(() => journal.close());
  let rolling = false;
  const roll = async (): Promise<void> => {
    const next = sessionAt(marketClock.now());
    if (rolling || next.date <= live.session.date) return;
    rolling = true;
    const [before, journalBefore] = [live, journal];
    [live, journal] = await open(next, await loadBaseline(store.db, table));
    before.end();
    await journalBefore.close();
    log.write('session.closed', { session: before.session.date, received: before.rows });
    rolling = false;
  };
  parts.defer(
    every(clock, ROLL_CHECK_MS, () => void roll().catch((error) => log.write('service.failed', { error }))),
  );
  return { current: () => live, journal: () => journal, writer };
}

/** Calls back again and again; gives what ends it. */
function every(clock: Clock, ms: number, callback: () => void): () => void {
  let timer = clock.after(ms, function again() {
    callback();
    timer = clock.after(ms, again);
  });
  return () => timer.cancel();
}
