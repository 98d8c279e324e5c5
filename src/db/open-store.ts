// The store opened: an external Postgres or the embedded one, brought to the schema of the files, with its two pools.
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { startEmbedded } from './embedded.ts';
import { checkExternal } from './external.ts';
import { migrate, type MigrationReport } from './migrate.ts';
import { type Database, openDatabase, READER_CONNECTIONS, WRITER_CONNECTIONS } from './pool.ts';

export interface StoreSettings {
  /** Folder of the data directory; the embedded server lives in `postgres` under it. */
  readonly dataDir: string;
  /** Address of an external Postgres; null for the embedded one. */
  readonly databaseUrl: string | null;
  /** Real time. */
  readonly clock: Clock;
  /** Told when an idle connection breaks. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** An open store. */
export interface OpenStore {
  /** Address, password included: never to be logged. */
  readonly url: string;
  /** For writing: prints, alerts, jobs. */
  readonly db: Database;
  /** For questions; it cannot write. */
  readonly reader: Database;
  readonly embedded: boolean;
  readonly migrated: MigrationReport;
  /** Closes the pools, and stops the embedded server unless somebody else uses it. */
  close(): Promise<void>;
}

/** A statement of the writer may take this long, ms; a question less. */
const WRITE_MS_MAX = 60_000;
const READ_MS_MAX = 10_000;

/** Opens the store. Throws a Refusal, one sentence with its fix, when it cannot be used. */
export async function openStore({
  dataDir,
  databaseUrl,
  clock,
  onConnectionLost,
}: StoreSettings): Promise<OpenStore> {
  if (databaseUrl !== null) await checkExternal(databaseUrl);
  const server = databaseUrl === null ? await startEmbedded(join(dataDir, 'postgres'), clock) : null;
  const url = databaseUrl ?? server!.url;
  const lost = onConnectionLost === undefined ? {} : { onConnectionLost };
  const db = openDatabase({ url, connectionsMax: WRITER_CONNECTIONS, statementMsMax: WRITE_MS_MAX, ...lost });
  const reader = openDatabase({
    url,
    connectionsMax: READER_CONNECTIONS,
    statementMsMax: READ_MS_MAX,
    readOnly: true,
    ...lost,
  });
  const close = async (): Promise<void> => {
    await Promise.all([db.close(), reader.close()]);
    await server?.stop();
  };
  try {
    return { url, db, reader, embedded: server !== null, migrated: await migrate(db), close };
  } catch (error) {
    await close();
    throw error;
  }
}
