// sql/schema.sql is what the migrations make: to the byte, and so that a database made of it is the same.
import { expect, it } from 'vitest';
import { schemaPage, schemaPicture } from '../../../scripts/docs-schema.ts';
import { readCatalog } from '../../../src/db/schema/catalog.ts';
import { compareCatalogs, sentenceOf } from '../../../src/db/schema/drift.ts';
import { cloneDatabase } from '../../support/database.ts';

it('is up to date: npm run docs writes it', async () => {
  await using clone = await cloneDatabase();
  await clone.db.rows("select spyhop.make_day('2026-11-20')");
  expect(schemaPage()).toBe(await schemaPicture(clone.db));
});

it('makes the same schema again', async () => {
  await using clone = await cloneDatabase();
  await using drawn = await cloneDatabase({ migrated: false });
  // As it is read by a person who runs it: the server's own path, functions not checked before their tables are there.
  await drawn.db.transaction(({ client }) => client.query(schemaPage()));
  const differences = compareCatalogs(await readCatalog(clone.db), await readCatalog(drawn.db));
  expect(differences.map(sentenceOf)).toEqual([]);
});
