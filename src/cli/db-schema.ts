// The deeds about the schema: how far it is, what is to be done, and doing it.
import { addressWithoutPassword } from '../db/external.ts';
import { migrate, type MigrationPlan, planMigration } from '../db/migrate.ts';
import { openOwned, type OwnedDatabase } from '../db/open-store.ts';
import { readSchema } from '../db/schema/files.ts';
import { systemClock } from '../lib/clock.ts';
import { databaseUrl } from './database-url.ts';
import type { DbOptions } from './db-deeds.ts';
import type { Terminal } from './terminal.ts';
import { plural } from './words.ts';

/** Opens the database of the options as its owner, does the work, and closes it again. */
export async function withDatabase<Result>(
  options: DbOptions,
  work: (database: OwnedDatabase) => Promise<Result>,
  { make = false }: { readonly make?: boolean } = {},
): Promise<Result> {
  const settings = { dataDir: options['data-dir'], databaseUrl: databaseUrl(), clock: systemClock(), make };
  const database = await openOwned(settings);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function namesOf({ migrations, objects }: MigrationPlan): { migrations: string[]; objects: string[] } {
  return { migrations: migrations.map(({ name }) => name), objects: objects.map(({ name }) => name) };
}

/** `spyhop db status`: exit code 0 when the schema is that of this spyhop, 1 when something is to be done. */
export async function showStatus(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db, url, embedded }) => {
    const plan = await planMigration(db);
    const [server] = await db.rows<{ version: string; role: string; bytes: number }>(
      `select current_setting('server_version') as version, current_user as role,
         pg_database_size(current_database()) as bytes`,
    );
    const { version = '', role = '', bytes = 0 } = server ?? {};
    const upToDate = plan.migrations.length === 0 && plan.objects.length === 0;
    if (options.json) {
      const known = { address: addressWithoutPassword(url), embedded, version, role, bytes };
      terminal.print(JSON.stringify({ ...known, newest: plan.newest, upToDate, ...namesOf(plan) }));
      return upToDate ? 0 : 1;
    }
    const place = embedded ? `embedded in ${options['data-dir']}` : addressWithoutPassword(url);
    terminal.print(`database  Postgres ${version}, ${place}, ${(bytes / 1e6).toFixed(0)} MB, as ${role}`);
    const state = upToDate
      ? `at ${plan.newest}, up to date`
      : `${plan.newest === null ? 'empty' : `at ${plan.newest}`}, ${pending(plan)}: spyhop db migrate`;
    terminal.print(`schema    ${state}`);
    return upToDate ? 0 : 1;
  });
}

function pending({ migrations, objects }: MigrationPlan): string {
  const parts = [
    ...(migrations.length === 0 ? [] : [plural(migrations.length, 'migration')]),
    ...(objects.length === 0 ? [] : [`${plural(objects.length, 'file')} of objects`]),
  ];
  return `${parts.join(' and ')} to apply`;
}

/** `spyhop db plan`: one line for each thing that migrating would do. */
export async function showPlan(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db }) => {
    const { migrations, objects } = namesOf(await planMigration(db));
    const steps = [
      ...migrations.map((name) => ({ step: 'migration', name, file: `sql/migrations/${name}.sql` })),
      ...objects.map((name) => ({ step: 'object', name, file: `sql/objects/${name}.sql` })),
    ];
    for (const step of steps) {
      terminal.print(options.json ? JSON.stringify(step) : `${step.step.padEnd(10)}${step.file}`);
    }
    if (steps.length === 0) terminal.say('nothing to do');
    return 0;
  });
}

/** `spyhop db migrate`. */
export async function runMigration(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(
    options,
    async ({ db }) => {
      const { migrations, objects } = await migrate(db, readSchema(), { reapply: options.reapply });
      const done = [
        ...migrations.map((name) => ({ step: 'migration', name })),
        ...objects.map((name) => ({ step: 'object', name })),
      ];
      for (const step of done) {
        terminal.print(options.json ? JSON.stringify(step) : `applied ${step.step} ${step.name}`);
      }
      if (done.length === 0) terminal.say('nothing to do');
      return 0;
    },
    { make: true },
  );
}
