// Verifying a session: its sums computed again from its prints, slowly and in one statement each, and compared.
import { APART_IDS, CANCEL_IDS } from '../domain/conditions.ts';
import type { Database } from './pool.ts';
import { sumPrints } from './print-sums.ts';

/** A value that is not what the prints say. */
export interface Difference {
  readonly table: Sum['table'] | 'print';
  /** Which row: ticker or underlying, and the bucket where there is one. */
  readonly row: string;
  readonly column: string;
  /** As stored, and as the prints say; null when there is none. */
  readonly stored: string | null;
  readonly expected: string | null;
}

/** What was found of a session. */
export interface Verification {
  readonly sessionDate: string;
  readonly prints: number;
  readonly differences: readonly Difference[];
  /** True when there are more differences than are named. */
  readonly more: boolean;
}

const DIFFERENCES_MAX = 100;
/** A day of 10 M prints is sorted several times. */
const BULK = { statementMsMax: 1_800_000 };

// $1 the session, $2 conditions of cancels, $3 conditions that count in nothing.
const COUNTED = `
  counted as (
    select p.*, c.osi, c.underlying, c.option_right, floor(p.at_ms / 300000.0)::int as bucket,
      case when condition = any ($2::int[]) then -1 else 1 end as sign
    from spyhop.all_prints p join spyhop.contract c using (contract_id)
    where session_date = $1 and condition <> all ($3::int[])
  )`;

/** Columns of a sum as expressions over the counted prints; the same columns stand in the table. */
interface Sum {
  readonly table: 'bar' | 'flow' | 'day_summary' | 'underlying_day' | 'market_flow';
  readonly key: string;
  readonly stored: string;
  readonly groupBy: string;
  readonly columns: Readonly<Record<string, string>>;
}

const PREMIUM = 'sign * size * price_e4::bigint';
const FLOWS = (
  [
    { table: 'flow', key: "underlying || ' ' || bucket", groupBy: 'underlying, bucket' },
    { table: 'underlying_day', key: 'underlying', groupBy: 'underlying' },
    { table: 'market_flow', key: "'bucket ' || bucket", groupBy: 'bucket' },
  ] as const
).map((sum) => ({
  ...sum,
  stored: `spyhop.${sum.table}`,
  columns: {
    prints: 'sum(sign)',
    volume: 'sum(sign * size)',
    call_cents: `coalesce(sum(${PREMIUM}) filter (where option_right = 'call'), 0)`,
    put_cents: `coalesce(sum(${PREMIUM}) filter (where option_right = 'put'), 0)`,
  },
}));

const SUMS: readonly Sum[] = [
  {
    table: 'bar',
    key: "osi || ' ' || bucket",
    stored: 'spyhop.bar join spyhop.contract using (contract_id)',
    groupBy: 'osi, bucket',
    columns: {
      open_e4: '(array_agg(price_e4 order by tape_row) filter (where sign > 0))[1]',
      high_e4: 'max(price_e4) filter (where sign > 0)',
      low_e4: 'min(price_e4) filter (where sign > 0)',
      close_e4: '(array_agg(price_e4 order by tape_row desc) filter (where sign > 0))[1]',
      prints: 'sum(sign)',
      volume: 'sum(sign * size)',
      premium_cents: `sum(${PREMIUM})`,
    },
  },
  ...FLOWS,
  {
    table: 'day_summary',
    key: 'osi',
    stored: 'spyhop.day_summary join spyhop.contract using (contract_id)',
    groupBy: 'osi',
    columns: {
      prints: 'sum(sign)',
      volume: 'sum(sign * size)',
      premium_cents: `sum(${PREMIUM})`,
      last_price_e4: '(array_agg(price_e4 order by tape_row desc) filter (where sign > 0))[1]',
    },
  },
];

function comparisonOf({ table, key, stored, groupBy, columns }: Sum): string {
  const names = Object.keys(columns);
  const expected = names.map((name) => `(${columns[name]})::bigint as ${name}`).join(', ');
  const pairs = names.map((name) => `('${name}', s.${name}::bigint, e.${name})`).join(', ');
  return `
    with ${COUNTED},
    expected as (select ${key} as row, ${expected} from counted group by ${groupBy}),
    stored as (select ${key} as row, ${names.join(', ')} from ${stored} where session_date = $1)
    select '${table}' as "table", row, pair.name as column, pair.stored::text, pair.expected::text
    from expected e full join stored s using (row)
    cross join lateral (values ${pairs}) pair (name, stored, expected)
    where pair.stored is distinct from pair.expected
    order by row, pair.name
    limit $4`;
}

// The rows of the tape are numbered without holes and without repeats; what stands beyond the position is nobody's.
const ROWS = `
  select count(*) as prints, count(distinct tape_row) as distinct, coalesce(max(tape_row) + 1, 0) as until,
    coalesce((select tape_rows from spyhop.journal_position where session_date = $1), 0) as position,
    coalesce((select settled_by is not null from spyhop.journal_position where session_date = $1), false) as settled
  from spyhop.all_prints where session_date = $1`;

interface RowCounts {
  readonly prints: number;
  readonly distinct: number;
  readonly until: number;
  readonly position: number;
  readonly settled: boolean;
}

function rowDifferences({ prints, distinct, until, position, settled }: RowCounts): Difference[] {
  const row = 'all';
  const found: Difference[] = [];
  if (prints !== distinct) {
    const values = { stored: String(prints), expected: String(distinct) };
    found.push({ table: 'print', row, column: 'rows without repeats', ...values });
  }
  if (!settled && until > position) {
    const values = { stored: String(until), expected: String(position) };
    found.push({ table: 'print', row, column: 'rows up to the position', ...values });
  }
  return found;
}

/**
 * Compares the sums of a session with its prints. Sums that only follow are brought up first. A session without prints,
 * or with minute aggregates among them, has nothing to be compared with: it gives no differences and 0 prints.
 */
export async function verifyDay(db: Database, sessionDate: string): Promise<Verification> {
  while ((await sumPrints(db)) > 0);
  return db.transaction(async (transaction) => {
    // One picture for all comparisons, and no sum changes under it.
    await transaction.rows('select spyhop.lock_sums($1::date)', [sessionDate]);
    await transaction.rows("select set_config('work_mem', '128MB', true)");
    const [rows] = await transaction.rows<RowCounts>(ROWS, [sessionDate]);
    const { prints = 0 } = rows ?? {};
    if (rows === undefined || prints === 0) return { sessionDate, prints: 0, differences: [], more: false };
    const differences = rowDifferences(rows);
    for (const sum of SUMS) {
      const room = DIFFERENCES_MAX + 1;
      const found = await transaction.rows<Difference>(comparisonOf(sum), [
        sessionDate,
        CANCEL_IDS,
        APART_IDS,
        room,
      ]);
      differences.push(...found);
    }
    const named = differences.slice(0, DIFFERENCES_MAX);
    return { sessionDate, prints, differences: named, more: differences.length > named.length };
  }, BULK);
}

/** Sessions that have prints, oldest first. */
export async function printedDays(db: Database): Promise<readonly string[]> {
  const rows = await db.rows<{ date: string }>(
    `select session_date as date from spyhop.journal_position
     where columnar or session_date in (
       select to_date(right(child.relname, 8), 'YYYYMMDD')
       from pg_inherits join pg_class child on child.oid = inhrelid
       where inhparent = 'spyhop.print'::regclass)
     order by 1`,
  );
  return rows.map(({ date }) => date);
}
