// A Postgres of the user's own: looked at before it is used, and refused in a sentence that says what to change.
import { Client } from 'pg';
import { Refusal } from '../lib/refusal.ts';
import { codeOf, SQLSTATE } from './sqlstate.ts';

/** Oldest server that has what the schema uses. */
const VERSION_NUMBER_MIN = 150_000;
const CONNECT_MS_MAX = 10_000;

/** The address without its password, for messages. */
export function addressWithoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.password = '';
    parsed.search = '';
    return parsed.toString();
  } catch {
    return 'DATABASE_URL';
  }
}

function refusalFor(url: string, error: unknown): Refusal {
  const where = addressWithoutPassword(url);
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const sentence =
    code === SQLSTATE.wrongPassword || code === SQLSTATE.notAllowed
      ? `${where} refuses the user or the password: correct them in DATABASE_URL (${said})`
      : code === SQLSTATE.noDatabase
        ? `${where} has no such database: create it (createdb), or correct DATABASE_URL`
        : code === SQLSTATE.tooManyConnections
          ? `${where} has no connection left: close some, or raise max_connections`
          : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
            ? `${where}: the host is unknown: correct DATABASE_URL`
            : code.startsWith('E') || /timeout|terminated/i.test(said)
              ? `${where} does not answer: start the database, or correct DATABASE_URL`
              : `${where} cannot be used: ${said}`;
  return new Refusal(sentence, { cause: error });
}

/** Checks an external database: reachable, ours to enter, and at least Postgres 15. Throws a Refusal otherwise. */
export async function checkExternal(url: string): Promise<{ readonly versionNumber: number }> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new Refusal(
      'DATABASE_URL is not the address of a Postgres: write postgres://user:password@host/name',
      {
        exitCode: 2,
      },
    );
  }
  let client: Client;
  try {
    client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX });
  } catch (cause) {
    throw new Refusal('DATABASE_URL cannot be read: write postgres://user:password@host:5432/name', {
      exitCode: 2,
      cause,
    });
  }
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; text: string }>(
      "select current_setting('server_version_num')::int as version, current_setting('server_version') as text",
    );
    const { version = 0, text = 'of unknown version' } = rows[0] ?? {};
    if (version < VERSION_NUMBER_MIN) {
      throw new Refusal(`${addressWithoutPassword(url)} is Postgres ${text}: spyhop needs 15 or newer`);
    }
    return { versionNumber: version };
  } catch (error) {
    throw error instanceof Refusal ? error : refusalFor(url, error);
  } finally {
    await client.end().catch(() => {});
  }
}
