// The days before the demo's session: simulated, written as flat files, imported as anybody's files are, once.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore, type OpenStore } from '../db/open-store.ts';
import { sessionsBefore } from '../domain/session.ts';
import { historyDir } from '../history/places.ts';
import { importDay } from '../jobs/import-day.ts';
import type { Clock } from '../lib/clock.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { writeTape } from '../simulation/flat-file.ts';
import type { MarketSettings } from '../simulation/market.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Sessions a baseline looks back. */
const SESSIONS = 30;
/** Imports wait for Postgres most of their time. */
const IMPORTS_AT_ONCE = 2;

interface HistorySettings {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly market: MarketSettings;
  /** The session that is played. */
  readonly date: string;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** True once nobody wants the rest. */
  readonly isAsked: () => boolean;
}

/** Makes and imports the sessions that are missing; the store stays open until the service has its own. */
export async function prepareHistory(settings: HistorySettings): Promise<OpenStore> {
  const { dataDir, databaseUrl, market, date, clock, terminal, isAsked } = settings;
  makeFolder(dataDir);
  terminal.say(
    terminal.toneErr('quiet', databaseUrl === null ? 'starting Postgres' : 'opening the database'),
  );
  const store = await openStore({ dataDir, databaseUrl, clock });
  try {
    const rows = await store.db.rows<{ date: string }>(
      'select distinct session_date as date from spyhop.day_summary',
    );
    const known = new Set(rows.map((row) => row.date));
    const missing = sessionsBefore(date, SESSIONS).filter((session) => !known.has(session));
    const progress = new Progress(terminal, 'history', 'sessions');
    const outDir = join(dataDir, 'tape');
    let done = 0;
    const imports: Array<Promise<void>> = [];
    for (const session of missing) {
      if (isAsked()) break;
      // The next session is simulated while Postgres takes in those before it.
      while (imports.length >= IMPORTS_AT_ONCE) await imports.shift();
      await writeTape({ ...market, outDir, days: 1, until: session, order: 'ticker', quotes: 'none' });
      const file = join(outDir, `${session}.csv.gz`);
      const importing = importDay(store.db, file, {
        printsFrom: date,
        historyDir: historyDir(dataDir),
        importedAtMs: clock.now(),
      }).then(async () => {
        await rm(file);
        progress.update(++done, missing.length);
      });
      // Awaited in its turn; until then its failure must not count as unhandled.
      importing.catch(() => {});
      imports.push(importing);
    }
    await Promise.all(imports);
    progress.done();
    if (done === missing.length && done > 0) {
      const seconds = progress.seconds.toFixed(1);
      terminal.say(
        terminal.toneErr(
          'quiet',
          `${missing.length} earlier sessions simulated and imported in ${seconds} s`,
        ),
      );
    }
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
