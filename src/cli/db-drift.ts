// The deeds `drift` and `pull`: what was changed in the database by hand, and taking it over into the files.
import { isDone, planMigration } from '../db/migrate.ts';
import { type Difference, sentenceOf } from '../db/schema/drift.ts';
import { findDrift } from '../db/schema/expected.ts';
import { pull } from '../db/schema/pull.ts';
import type { DbOptions } from './db-deeds.ts';
import { withDatabase } from './db-schema.ts';
import type { Terminal } from './terminal.ts';
import { plural } from './words.ts';

/** A definition is many lines; which of them differ is what is to be seen. */
function linesOf(difference: Difference): string[] {
  const { kind, name, attribute, expected, actual } = difference;
  if (expected?.includes('\n') !== true && actual?.includes('\n') !== true) return [sentenceOf(difference)];
  const [wanted, found] = [(expected ?? '').split('\n'), (actual ?? '').split('\n')];
  return [
    `${kind} ${name}: ${attribute} differs`,
    ...wanted.filter((line) => !found.includes(line)).map((line) => `  files:    ${line}`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `  database: ${line}`),
  ];
}

function show(differences: readonly Difference[], json: boolean, terminal: Terminal): void {
  for (const difference of differences) {
    if (json) terminal.print(JSON.stringify(difference));
    else for (const line of linesOf(difference)) terminal.print(line);
  }
}

/** `spyhop db drift`: exit code 1 when anything differs. */
export async function showDrift(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db, url }) => {
    if (!isDone(await planMigration(db))) {
      terminal.say('the schema is behind the files, which shows below too: spyhop db plan');
    }
    const { differences, expected } = await findDrift(db, url);
    show(differences, options.json, terminal);
    const compared = plural(expected.length, 'object');
    terminal.say(
      differences.length === 0
        ? `no difference, ${compared} compared`
        : `${plural(differences.length, 'difference')}, ${compared} compared`,
    );
    return differences.length === 0 ? 0 : 1;
  });
}

/** `spyhop db pull`: exit code 1 when a difference is left that the files should not keep. */
export async function pullObjects(options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db, url }) => {
    const { written, left } = await pull(db, url);
    for (const { file, objects } of written) {
      terminal.print(
        options.json
          ? JSON.stringify({ file, objects })
          : `wrote sql/objects/${file}.sql: ${objects.join(', ')}`,
      );
    }
    if (written.length === 0) terminal.say('nothing to pull');
    if (left.length > 0) {
      terminal.say('left, because only functions, triggers and views are pulled:');
      for (const difference of left) for (const line of linesOf(difference)) terminal.say(`  ${line}`);
    }
    return left.length === 0 ? 0 : 1;
  });
}
