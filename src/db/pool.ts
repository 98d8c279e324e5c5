// The way to the database: bounded pools, typed queries, transactions; nothing that a session would have to remember.
//
// Everything here works behind pgbouncer in transaction mode: plain `$n` queries, SET LOCAL, transaction-level locks.
import { escapeIdentifier, Pool, type PoolClient, type QueryResult, types } from 'pg';

export type Row = Readonly<Record<string, unknown>>;
/** What a parameter of a statement may be. */
export type Parameter = string | number | boolean | bigint | null | Uint8Array | readonly Parameter[];

/** Runs one statement. */
export interface Queries {
  /** Rows of a statement with `$n` parameters. Throws the server's error. */
  rows<Result = Row>(text: string, parameters?: readonly Parameter[]): Promise<Result[]>;
  /** Rows changed by a statement. */
  change(text: string, parameters?: readonly Parameter[]): Promise<number>;
}

/** A transaction under way. */
export interface Transaction extends Queries {
  /** The connection, for COPY. */
  readonly client: PoolClient;
}

export interface Database extends Queries {
  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects.
   * @param limits longest a statement may take in it, ms, when that is not what the pool says
   */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    limits?: { readonly statementMsMax: number },
  ): Promise<Result>;
  /** Connections open, idle and waited for. */
  readonly connections: { readonly open: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

export interface DatabaseSettings {
  readonly url: string;
  /** Connections at most. */
  readonly connectionsMax: number;
  /** Longest a statement may take, ms. */
  readonly statementMsMax: number;
  /** Longest to wait for a connection, ms. */
  readonly connectMsMax?: number;
  /** A reader: each query runs in a transaction of its own that cannot write and that the server ends in time. */
  readonly readOnly?: boolean;
  /** Role to take in each transaction; a query outside of one gets one of its own. */
  readonly role?: string;
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** One connection for prints, one for alerts, one for jobs and one to spare. */
export const WRITER_CONNECTIONS = 4;
/** Migrations and the care of partitions take one; one to spare. */
export const OWNER_CONNECTIONS = 2;
/** A page, a follower and a dashboard ask at once. */
export const READER_CONNECTIONS = 6;

const INT8 = 20;
const DATE = 1082;
const DATE_ARRAY = 1182;

/** int8 as a number while it is exact, else as text: a count never turns into its neighbour. */
function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** The library's own parsers; it types the known numbers as an enum, and a server may send any. */
const parserOf = types.getTypeParser as unknown as (
  oid: number,
  format: string,
) => (value: string) => unknown;

const parsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    if (oid === INT8) return parseInt8;
    // Dates are New York dates and stay text: a Date would move them by the machine's time zone.
    if (oid === DATE) return (text) => text;
    if (oid === DATE_ARRAY) return (text) => text.slice(1, -1).split(',').filter(Boolean);
    return parserOf(oid, format ?? 'text');
  },
};

/** The server ends a statement first; this is for one that went silent. */
const SILENCE_MS = 5000;

function queriesOn(client: Pick<Pool | PoolClient, 'query'>, statementMsMax: number): Queries {
  const run = async (text: string, parameters: readonly Parameter[] = []): Promise<QueryResult> => {
    const query = { text, values: [...parameters], query_timeout: statementMsMax + SILENCE_MS };
    return client.query(query);
  };
  return {
    rows: async <Result>(text: string, parameters?: readonly Parameter[]) =>
      (await run(text, parameters)).rows as Result[],
    change: async (text, parameters) => (await run(text, parameters)).rowCount ?? 0,
  };
}

/** Opens a pool. Nothing connects before the first query. */
export function openDatabase(settings: DatabaseSettings): Database {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.connectionsMax,
    connectionTimeoutMillis: settings.connectMsMax ?? 5000,
    keepAlive: true,
    application_name: 'spyhop',
    types: parsers,
  });
  pool.on('error', (error) => settings.onConnectionLost?.(error));
  const { readOnly = false, role } = settings;
  const takeRole = role === undefined ? '' : `; set local role ${escapeIdentifier(role)}`;
  const begin = (statementMsMax: number): string =>
    `begin${readOnly ? ' read only' : ''}; ` +
    `set local statement_timeout = ${Math.trunc(statementMsMax)}; ` +
    // Nobody puts a function of the same name before that of the server.
    'set local search_path = pg_catalog, spyhop, public, pg_temp; ' +
    // A client that vanished in the middle must not hold its locks.
    `set local idle_in_transaction_session_timeout = 60000${takeRole}`;
  const database: Database = {
    ...queriesOn(pool, settings.statementMsMax),
    async transaction(work, { statementMsMax } = settings) {
      const control = async (text: string): Promise<unknown> => {
        const query = { text, query_timeout: settings.statementMsMax + SILENCE_MS };
        return client.query(query);
      };
      const client = await pool.connect();
      let broken: Error | undefined;
      // Without a listener a connection lost in the middle would end the process.
      const onError = (error: Error): void => void (broken = error);
      client.on('error', onError);
      try {
        await control(begin(statementMsMax));
        const result = await work({ ...queriesOn(client, statementMsMax), client });
        await control('commit');
        return result;
      } catch (error) {
        await control('rollback').catch((cause: Error) => (broken = cause));
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
    get connections() {
      return { open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    close: () => pool.end(),
  };
  if (readOnly || role !== undefined) {
    database.rows = (text, parameters) => database.transaction((within) => within.rows(text, parameters));
    database.change = (text, parameters) => database.transaction((within) => within.change(text, parameters));
  }
  return database;
}
