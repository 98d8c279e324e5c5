// What the catalog of a database says of the schema, as facts that can be compared; tables of days are left out.
import type { Database } from '../pool.ts';
import { FACTS } from './catalog-queries.ts';

/** Attributes of an object, as text; null where there is none. */
export type Attributes = Readonly<Record<string, string | null>>;

/** An object of the schema. */
export interface Fact {
  /** "table", "column", "function", "grant" and so on. */
  readonly kind: string;
  /** Its name with the schema and, for a function, its arguments: "spyhop.make_day(day date)". */
  readonly name: string;
  /** The object without which it would not be there, "table spyhop.alert"; null for what stands alone. */
  readonly of: string | null;
  /** Order in which objects of the kind were made, or columns stand; not compared. */
  readonly place: number;
  readonly attributes: Attributes;
}

/**
 * Reads the schema of a database. Partitions are left out: they are made by the day. So are what belongs to an
 * extension, the objects behind constraints and rights of the owner.
 */
export async function readCatalog(db: Database): Promise<Fact[]> {
  return db.transaction(async (transaction) => {
    // With the schema out of the path the server writes every name of it in full.
    await transaction.rows('set local search_path = pg_catalog');
    const facts: Fact[] = [];
    for (const [kind, text] of Object.entries(FACTS)) {
      const rows = await transaction.rows<Omit<Fact, 'kind'>>(text);
      facts.push(...rows.map((row) => ({ kind, ...row })));
    }
    return facts;
  });
}
