// The session under way with its journal and its writer, and the change to the next when the market's date changes.
import { join } from 'node:path';
import { Writer } from '../actors/writer.ts';
import { storeAlerts } from '../db/alerts.ts';
import { type LoadedBaseline, loadBaseline } from '../db/baselines.ts';
import { storedRows } from '../db/journal-position.ts';
import type { OpenStore } from '../db/open-store.ts';
import { createPrintWriter } from '../db/print-writer.ts';
import { sumPrints } from '../db/print-sums.ts';
import { isPassing } from '../db/sqlstate.ts';
import type { Alert } from '../domain/alert.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import { ALERTS_PER_DAY } from '../domain/budget.ts';
import type { DetectorName } from '../domain/detectors/finding.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import { withoutReceipt } from '../domain/receipt.ts';
import { newYorkDate, requireSession, type Session, sessionAfter, sessionOn } from '../domain/session.ts';
import { dropOldSessions, journaledSessions } from '../feeds/journal/segments.ts';
import { JournalWriter } from '../feeds/journal/writer.ts';
import { present } from '../lib/assert.ts';
import { passFaultPoint } from '../lib/fault-points.ts';
import { type Clock, every } from '../lib/clock.ts';
import type { Log } from '../log.ts';
import { LiveSession, type Recovery } from './live-session.ts';
import type { StoreCounts } from './store-counts.ts';

/** Alert ids that are remembered, 16 characters each, before old ones are forgotten. */
export const KNOWN_ALERTS_MAX = 200_000;
/** How often the date of the market is looked at. */
const ROLL_CHECK_MS = 1_000;

/** Time a service that cannot start gives its writer, ms: the journal has what is left. */
const LEAVE_MS = 2_000;

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
  /** What the journal held when the service started. */
  readonly recovery: Recovery;
  /** Ends the sessions: nothing more is given to the writer. */
  end(): void;
}

/** What the sessions of a service need. */
export interface SessionsSettings {
  readonly dataDir: string;
  readonly store: OpenStore;
  readonly table: ContractTable;
  /** The detectors that decide; the threshold alone unless said. */
  readonly detectors?: readonly DetectorName[];
  /** Alerts a day that the detector `surprise` may spend; 20 unless said. */
  readonly alertsPerDay?: number;
  readonly threshold: ThresholdSettings;
  readonly journalSessions: number;
  readonly clock: Clock;
  readonly marketClock: Clock;
  readonly log: Log;
  /** What is normal now. */
  readonly baseline: () => LoadedBaseline;
  /** An earlier baseline with what the detectors at work ask of it. */
  readonly complete: (loaded: LoadedBaseline) => Promise<LoadedBaseline>;
  /** Takes what the writer's transactions live through. */
  readonly storeCounts: StoreCounts;
  /** Told of each alert when it is raised. */
  readonly onRaised: (alert: Alert) => void;
  /** Told of alerts when they are stored for the first time. */
  readonly onStored: (alerts: readonly Alert[]) => void;
}

/** A session with its journal. */
interface Opened {
  readonly session: LiveSession;
  readonly journal: JournalWriter;
  readonly recovery: Recovery;
}

/** Opens the session that runs and the writer; when the market's date changes, the next session takes its place. */
export async function openSessions(
  settings: SessionsSettings,
  parts: AsyncDisposableStack,
): Promise<Sessions> {
  const { clock, marketClock, log } = settings;
  const known = new KnownAlerts(settings.store);
  const journals: Journals = { current: null };
  const writer = createWriter(settings, known, journals);
  parts.defer(async () => void (writer.state === 'closed' || (await writer.drain(LEAVE_MS))));
  const session = sessionAt(marketClock.now());
  await storeRest({ ...settings, journals }, writer, known, session);
  const first = await openSession({ ...settings, journals }, writer, known, session);
  let opened = first;
  /** The session before, which may have prints in its journal that the store lacks. */
  let retired: LiveSession | null = null;
  const end = (): void => {
    retired?.end();
    opened.session.end();
  };
  parts.defer(() => opened.journal.close());
  parts.defer(end);
  let rolling = false;
  const roll = async (): Promise<void> => {
    const next = sessionAt(marketClock.now());
    if (rolling || next.date <= opened.session.session.date) return;
    rolling = true;
    try {
      const before = opened;
      opened = await openSession({ ...settings, journals }, writer, known, next);
      retired?.end();
      retired = before.session;
      retired.retire();
      await before.journal.close();
      const { rows, session } = before.session;
      log.write('session.closed', { session: session.date, received: rows });
    } finally {
      rolling = false;
    }
  };
  const check = (): void => {
    // Once the store has the rest of it, nothing needs what the session before remembers.
    if (retired?.backlogRows === 0) {
      retired.end();
      retired = null;
    }
    void roll().catch((error) => log.write('service.failed', { part: 'session', error }));
  };
  parts.defer(every(clock, ROLL_CHECK_MS, check));
  return {
    current: () => opened.session,
    journal: () => opened.journal,
    writer,
    recovery: first.recovery,
    end,
  };
}

/** Stores what the journal of the session before has and the store lacks: its process ended before it could. */
async function storeRest(
  settings: SessionsSettings & { readonly journals: Journals },
  writer: Writer,
  known: KnownAlerts,
  { date }: Session,
): Promise<void> {
  const journaled = await journaledSessions(join(settings.dataDir, 'journal'));
  const before = journaled.findLast((candidate) => candidate < date);
  if (before === undefined) return;
  const { session, journal } = await openSession(settings, writer, known, requireSession(before));
  session.end();
  await journal.close();
}

/** Alerts of the session that are stored: a restart raises them again, and tells nobody. */
class KnownAlerts {
  readonly #store: OpenStore;
  readonly #ids = new Set<string>();

  constructor(store: OpenStore) {
    this.#store = store;
  }

  /** Learns the alerts of a session. */
  async load(sessionDate: string): Promise<void> {
    const query = 'select alert_id as id from spyhop.alert where session_date = $1';
    const rows = await this.#store.db.rows<{ id: string }>(query, [sessionDate]);
    // Alerts of the session before may still be on their way, so they are forgotten late.
    if (this.#ids.size > KNOWN_ALERTS_MAX) this.#ids.clear();
    for (const { id } of rows) this.#ids.add(id);
  }

  /** Stores those that are not known yet, once the journal is on its disk, and gives them. */
  async store(alerts: readonly Alert[], onDisk: () => Promise<void>): Promise<readonly Alert[]> {
    const fresh = alerts.filter(({ id }) => !this.#ids.has(id));
    await storeAlerts(this.#store.db, fresh, onDisk);
    for (const { id } of fresh) this.#ids.add(id);
    // The oldest go first: only a restart raises an alert again, and it learns all of them before.
    for (const id of this.#ids) {
      if (this.#ids.size <= KNOWN_ALERTS_MAX) break;
      this.#ids.delete(id);
    }
    return fresh;
  }
}

/** The journal that is written now. */
interface Journals {
  current: JournalWriter | null;
}

function createWriter(
  { store, table, clock, log, onStored, storeCounts }: SessionsSettings,
  known: KnownAlerts,
  journals: Journals,
): Writer {
  const prints = createPrintWriter(store.db, table);
  return new Writer({
    // The journal is on the disk before the store: what is stored and told, a restart finds in the journal.
    async store(piece) {
      await journals.current?.flush();
      return storeCounts.timed(() => prints.store(piece));
    },
    async storeAlerts(alerts) {
      // The disk works while the server inserts; the commit waits for it.
      const flushed = Promise.resolve(journals.current?.flush());
      flushed.catch(() => {});
      const fresh = await known.store(alerts, async () => {
        await flushed;
        passFaultPoint('alerts.store');
      });
      passFaultPoint('alerts.stored');
      onStored(fresh.map(withoutReceipt));
      return fresh.length;
    },
    sumUp: () => sumPrints(store.db),
    mayPass: isPassing,
    clock,
    chance: () => Math.random(),
    onError(error) {
      storeCounts.failed(error);
      log.write('writer.retried', { error });
    },
    onState: (state) => state === 'away' && log.write('database.away', { error: 'the writer cannot store' }),
  });
}

async function openSession(
  settings: SessionsSettings & { readonly journals: Journals },
  writer: Writer,
  known: KnownAlerts,
  session: Session,
): Promise<Opened> {
  const {
    dataDir,
    store,
    table,
    threshold,
    detectors = ['threshold'],
    clock,
    log,
    baseline,
    onRaised,
  } = settings;
  const journalDirectory = join(dataDir, 'journal');
  const { date } = session;
  const journal = await JournalWriter.open({ directory: journalDirectory, date, clock });
  settings.journals.current = journal;
  // A file handle that nobody closes ends the process when it is found.
  await using onFailure = new AsyncDisposableStack();
  onFailure.defer(() => journal.close());
  await known.load(date);
  const current = baseline();
  const { run } = current;
  const live = new LiveSession(
    {
      session,
      table,
      baseline: current,
      run,
      detectors,
      threshold,
      alertsPerDay: settings.alertsPerDay ?? ALERTS_PER_DAY,
      storedRows: await storedRows(store.db, date),
    },
    {
      journal,
      journalDirectory,
      store: (batch) => writer.accept(batch),
      room: (rows) => writer.room(rows),
      async baselineOf(earlier) {
        if (earlier === run) return current;
        const loaded = await loadBaseline(store.db, table, earlier);
        return loaded === null ? null : settings.complete(loaded);
      },
      onAlert(alert) {
        onRaised(alert);
        writer.alert(alert);
      },
      onFailure({ underlying, failures, quarantined, error }) {
        log.write('actor.failed', { underlying, failures, quarantined, error });
        if (quarantined) log.write('actor.quarantined', { underlying, failures });
      },
      onFault: (error) => log.write('journal.failed', { error }),
      onDamage: ({ from: position }) => log.write('journal.corrupt', { session: date, position }),
    },
  );
  onFailure.defer(() => live.end());
  const recovery = await live.recover();
  await dropOldSessions(journalDirectory, settings.journalSessions);
  log.write('session.opened', { session: date, run, contracts: current.contracts });
  log.write('journal.opened', { session: date, bytes: journal.status.end.offset, replayed: recovery.frames });
  onFailure.move();
  return { session: live, journal, recovery };
}
