// The store opened: an external Postgres or the embedded one, brought to the schema of the files, with its three pools.
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import { startEmbedded } from './embedded.ts';
import { hasCluster, placeIn } from './embedded/cluster.ts';
import { checkExternal } from './external.ts';
import { migrate, type MigrationReport } from './migrate.ts';
import {
  type Database,
  openDatabase,
  OWNER_CONNECTIONS,
  READER_CONNECTIONS,
  WRITER_CONNECTIONS,
} from './pool.ts';
import { lookAtRoles, type Role, type RoleReport } from './roles.ts';

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
  /** Address for the owner, password included: never to be logged. */
  readonly url: string;
  /** For what changes tables: migrations, the care of partitions. Nobody else has that right. */
  readonly owner: Database;
  /** For writing rows: prints, alerts, baselines. As `spyhop_writer` where there is one: no table can be made. */
  readonly db: Database;
  /** For questions, as `spyhop_reader` where there is one; it cannot write. */
  readonly reader: Database;
  readonly embedded: boolean;
  /** What is to be known of the roles. */
  readonly roles: RoleReport;
  readonly migrated: MigrationReport;
  /** Closes the pools, and stops the embedded server unless somebody else uses it. */
  close(): Promise<void>;
}

/** A statement of the writer may take this long, ms; a question less. */
const WRITE_MS_MAX = 60_000;
const READ_MS_MAX = 10_000;

/** Opens the store. Throws a Refusal, one sentence with its fix, when it cannot be used. */
export async function openStore(settings: StoreSettings): Promise<OpenStore> {
  const { onConnectionLost } = settings;
  const { url, urls, leave } = await reach(settings);
  const lost = onConnectionLost === undefined ? {} : { onConnectionLost };
  const owner = openDatabase({
    url,
    connectionsMax: OWNER_CONNECTIONS,
    statementMsMax: WRITE_MS_MAX,
    ...lost,
  });
  const pools = [owner];
  const close = async (): Promise<void> => {
    await Promise.all(pools.map((pool) => pool.close()));
    await leave();
  };
  try {
    const migrated = await migrate(owner);
    const roles = await lookAtRoles(owner);
    const as = (role: Role): { readonly url: string; readonly role?: Role } => {
      if (urls !== null) return { url: urls[role] };
      return roles.complete && roles.usable.has(role) ? { url, role } : { url };
    };
    const db = openDatabase({
      ...as('spyhop_writer'),
      connectionsMax: WRITER_CONNECTIONS,
      statementMsMax: WRITE_MS_MAX,
      ...lost,
    });
    const reader = openDatabase({
      ...as('spyhop_reader'),
      connectionsMax: READER_CONNECTIONS,
      statementMsMax: READ_MS_MAX,
      readOnly: true,
      ...lost,
    });
    pools.push(db, reader);
    return { url, owner, db, reader, embedded: urls !== null, roles, migrated, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A database as its owner sees it: not migrated, whatever state its schema is in. */
export interface OwnedDatabase {
  /** Address, password included: never to be logged. */
  readonly url: string;
  readonly db: Database;
  readonly embedded: boolean;
  /** Closes the pool, and stops the embedded server unless somebody else uses it. */
  close(): Promise<void>;
}

/**
 * Opens the database as its owner and changes nothing in it, for commands about the schema itself.
 * @param make whether an embedded database that does not exist yet is made; otherwise it is refused
 */
export async function openOwned(
  settings: StoreSettings & { readonly make: boolean },
): Promise<OwnedDatabase> {
  const { dataDir, databaseUrl, make } = settings;
  if (databaseUrl === null && !make && !hasCluster(placeIn(join(dataDir, 'postgres')))) {
    throw new Refusal(`there is no database in ${dataDir} yet: make it with spyhop db migrate`);
  }
  const { url, urls, leave } = await reach(settings);
  const db = openDatabase({ url, connectionsMax: WRITER_CONNECTIONS, statementMsMax: WRITE_MS_MAX });
  return {
    url,
    db,
    embedded: urls !== null,
    async close() {
      await db.close();
      await leave();
    },
  };
}

interface Reached {
  readonly url: string;
  /** Addresses by role of the embedded server, where each role logs in; null elsewhere. */
  readonly urls: Readonly<Record<Role, string>> | null;
  readonly leave: () => Promise<unknown>;
}

async function reach({ dataDir, databaseUrl, clock }: StoreSettings): Promise<Reached> {
  if (databaseUrl === null) {
    const server = await startEmbedded(join(dataDir, 'postgres'), clock);
    return { url: server.url, urls: server.urls, leave: () => server.stop() };
  }
  await checkExternal(databaseUrl);
  return { url: databaseUrl, urls: null, leave: async () => {} };
}
