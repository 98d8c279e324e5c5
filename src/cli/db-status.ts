// The deed `status`: which database it is, how far its schema is, and what is missing of its roles.
import { lookAtTimescale, sentenceOf } from '../db/columnar.ts';
import { addressWithoutPassword } from '../db/external.ts';
import { isDone, planMigration } from '../db/migrate.ts';
import { type RoleReport, rolesSql } from '../db/roles.ts';
import type { DbOptions } from './db-deeds.ts';
import { stepsOf, withDatabase } from './db-schema.ts';
import type { Terminal } from './terminal.ts';
import { plural } from './words.ts';

/** `spyhop db status`: exit code 0 when the schema is that of this spyhop, 1 when something is to be done. */
export async function showStatus(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db, url, embedded }) => {
    const plan = await planMigration(db);
    const [server] = await db.rows<{ version: string; role: string; bytes: number }>(
      `select current_setting('server_version') as version, current_user as role,
         pg_database_size(current_database()) as bytes`,
    );
    const { version = '', role = '', bytes = 0 } = server ?? {};
    const timescale = await lookAtTimescale(db);
    const { newest, roles } = plan;
    const upToDate = isDone(plan);
    const steps = stepsOf(plan);
    if (options.json) {
      const address = addressWithoutPassword(url);
      const known = { address, embedded, version, role, bytes, newest, upToDate, steps };
      terminal.print(JSON.stringify({ ...known, roleFaults: roles.faults, timescale }));
      return upToDate ? 0 : 1;
    }
    const place = embedded ? `embedded in ${options['data-dir']}` : addressWithoutPassword(url);
    terminal.print(`database  Postgres ${version}, ${place}, ${(bytes / 1e6).toFixed(0)} MB, as ${role}`);
    const at = newest === null ? 'empty' : `at ${newest}`;
    const state = upToDate ? 'up to date' : `${plural(steps.length, 'step')} to take: spyhop db migrate`;
    terminal.print(`schema    ${at}, ${state}`);
    terminal.print(`columns   ${sentenceOf(timescale)}`);
    for (const line of roleLines(roles)) terminal.print(line);
    return upToDate ? 0 : 1;
  });
}

function roleLines(roles: RoleReport): string[] {
  if (roles.faults.length === 0) return ['roles     writer, reader and grafana are as they should be'];
  const faults = roles.faults.map((fault) => `roles     ${fault}`);
  if (roles.mayCreate) return [...faults, 'roles     spyhop db migrate makes them'];
  return [
    ...faults,
    'roles     until then everything is done as the role above; an administrator makes them with:',
    '',
    rolesSql().trimEnd(),
  ];
}
