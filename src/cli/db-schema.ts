// The deeds about the schema: what is to be done, and doing it.
import { migrate, type MigrationPlan, planMigration } from '../db/migrate.ts';
import { openOwned, type OwnedDatabase } from '../db/open-store.ts';
import { setPassword } from '../db/roles.ts';
import { readSchema } from '../db/schema/files.ts';
import { systemClock } from '../lib/clock.ts';
import { databaseUrl } from './database-url.ts';
import type { DbOptions } from './db-deeds.ts';
import { readSecretFile } from './secret-file.ts';
import type { Terminal } from './terminal.ts';

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

/** A step of a migration as it is shown. */
interface Step {
  readonly step: 'migration' | 'object' | 'grants';
  readonly name: string;
}

/** The steps of a plan, in the order in which they are taken. */
export function stepsOf({ migrations, objects, grants }: MigrationPlan): Step[] {
  return steps(
    migrations.map(({ name }) => name),
    objects.map(({ name }) => name),
    grants,
  );
}

function steps(migrations: readonly string[], objects: readonly string[], grants: boolean): Step[] {
  return [
    ...migrations.map((name) => ({ step: 'migration' as const, name: `migrations/${name}` })),
    ...objects.map((name) => ({ step: 'object' as const, name: `objects/${name}` })),
    ...(grants ? [{ step: 'grants' as const, name: 'roles/grants' }] : []),
  ];
}

function show(step: Step, verb: string, json: boolean, terminal: Terminal): void {
  terminal.print(json ? JSON.stringify(step) : `${verb} ${step.step.padEnd(10)}sql/${step.name}.sql`);
}

/** `spyhop db plan`: one line for each thing that migrating would do. */
export async function showPlan(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db }) => {
    const planned = stepsOf(await planMigration(db));
    for (const step of planned) show(step, 'would apply', options.json, terminal);
    if (planned.length === 0) terminal.say('nothing to do');
    return 0;
  });
}

/** `spyhop db migrate`. */
export async function runMigration(options: DbOptions, terminal: Terminal): Promise<number> {
  const file = options['grafana-password-file'];
  const password = file === undefined ? null : readSecretFile(file);
  return withDatabase(
    options,
    async ({ db }) => {
      const report = await migrate(db, readSchema(), { reapply: options.reapply });
      const done = steps(report.migrations, report.objects, report.grants);
      for (const step of done) show(step, 'applied', options.json, terminal);
      if (password !== null) {
        await setPassword(db, 'spyhop_grafana', password);
        terminal.say('spyhop_grafana has the password of the file');
      } else if (done.length === 0) terminal.say('nothing to do');
      return 0;
    },
    { make: true },
  );
}
