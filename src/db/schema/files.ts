// The files a schema is made of: migrations in the order of their numbers, and objects that may be applied again.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digest } from '../../lib/digest.ts';
import { Refusal } from '../../lib/refusal.ts';

/** Functions before the views and triggers that use them. */
const OBJECT_KINDS = ['functions', 'views', 'triggers'] as const;

/** A step forward that is taken once. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** A file of functions, views or triggers, or of grants. */
export interface SchemaObject {
  /** Kind and file, "views/dollars". */
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** The files a schema is made of. */
export interface SchemaFiles {
  readonly migrations: readonly Migration[];
  readonly objects: readonly SchemaObject[];
  /** Who may do what; applied again after every change. */
  readonly grants: SchemaObject;
}

/** The folder of this repository's schema. */
export const SQL_FOLDER = join(import.meta.dirname, '../../../sql');

function filesIn(folder: string): string[] {
  // A kind that nobody has needed yet has no folder: version control keeps none that is empty.
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted();
}

function readMigration(folder: string, file: string): Migration {
  const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1];
  if (number === undefined) {
    throw new Refusal(`sql/migrations/${file} has no number: call it NNNN_what_it_does.sql`);
  }
  const text = readFileSync(join(folder, file), 'utf8');
  return { number: Number(number), name: basename(file, '.sql'), text, checksum: digest(text, 64) };
}

function readObject(path: string, name: string): SchemaObject {
  const text = readFileSync(path, 'utf8');
  return { name, text, checksum: digest(text, 64) };
}

/**
 * Reads the schema's files: `migrations/0001_name.sql` and `objects/KIND/name.sql` in a folder.
 * Throws a Refusal when a migration has no number, or two have the same.
 */
export function readSchema(folder = SQL_FOLDER): SchemaFiles {
  const place = join(folder, 'migrations');
  const migrations = filesIn(place).map((file) => readMigration(place, file));
  for (const [at, { number, name }] of migrations.entries()) {
    if (migrations[at - 1]?.number === number) {
      const before = migrations[at - 1]!.name;
      throw new Refusal(`sql/migrations has two of one number, ${before} and ${name}: give one the next`);
    }
  }
  const objects = OBJECT_KINDS.flatMap((kind) =>
    filesIn(join(folder, 'objects', kind)).map((file) =>
      readObject(join(folder, 'objects', kind, file), `${kind}/${basename(file, '.sql')}`),
    ),
  );
  return { migrations, objects, grants: readObject(join(folder, 'roles/grants.sql'), 'roles/grants') };
}

/** One digest of all files: the same as long as none of them changes. */
export function digestOf({ migrations, objects, grants }: SchemaFiles): string {
  const parts = [...migrations, ...objects, grants].map(({ name, checksum }) => `${name} ${checksum}\n`);
  return digest(parts.join(''));
}
