// Writes sql/schema.sql, the picture of the schema, from a database that the migrations made.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/db/open-store.ts';
import type { Database } from '../src/db/pool.ts';
import { readCatalog } from '../src/db/schema/catalog.ts';
import { digestOf, readSchema } from '../src/db/schema/files.ts';
import { drawSchema } from '../src/db/schema/picture.ts';
import { systemClock } from '../src/lib/clock.ts';

const PAGE = new URL('../sql/schema.sql', import.meta.url);

/** The picture as it should be; the database has the schema of the files. */
export async function schemaPicture(db: Database): Promise<string> {
  return drawSchema(await readCatalog(db), digestOf(readSchema()));
}

/** The picture as it stands. */
export function schemaPage(): string {
  return readFileSync(PAGE, 'utf8');
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-docs-'));
  try {
    const store = await openStore({ dataDir: folder, databaseUrl: null, clock: systemClock() });
    try {
      writeFileSync(PAGE, await schemaPicture(store.owner));
    } finally {
      await store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
