// The tables that a copy holds: everything that cannot be had again from files, in an order that keys allow.
import type { Queries } from '../pool.ts';

/**
 * Left out beside the tables of days: what was applied of the schema, how far the tape is stored, which files of deep
 * history there are, and the sums over flow, for the prints and files they speak of are not in the copy.
 */
const LEFT_OUT = [
  'schema_migration',
  'schema_object',
  'journal_position',
  'sum_position',
  'history_day',
  'market_flow',
  'underlying_day',
  'print_columnar',
];

/** A table with what is needed to copy it. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Columns of its primary key: rows are copied in its order. */
  readonly key: readonly string[];
  /** Tables its rows refer to. */
  readonly needs: readonly string[];
}

const TABLES = `
  select relname as name,
    (select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum)
     from pg_attribute where attrelid = t.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
    coalesce((select json_agg(attname order by array_position(conkey, attnum))
     from pg_constraint join pg_attribute on attrelid = t.oid and attnum = any(conkey)
     where conrelid = t.oid and contype = 'p'), '[]') as key,
    coalesce((select json_agg(distinct other.relname) from pg_constraint join pg_class other on other.oid = confrelid
     where conrelid = t.oid and contype = 'f' and other.oid <> t.oid), '[]') as needs
  from pg_class t
  where relnamespace = to_regnamespace('spyhop') and relkind = 'r' and not relispartition and relname <> all ($1)
  order by relname`;

/** The tables to copy, each after those it refers to. */
export async function copiedTables(db: Queries): Promise<CopiedTable[]> {
  const tables = await db.rows<CopiedTable>(TABLES, [LEFT_OUT]);
  const ordered: CopiedTable[] = [];
  const place = (table: CopiedTable): void => {
    if (ordered.includes(table)) return;
    for (const other of tables) if (table.needs.includes(other.name)) place(other);
    ordered.push(table);
  };
  tables.forEach(place);
  return ordered;
}
