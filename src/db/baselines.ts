// Baselines: runs made of day summaries, the pointer to the one that holds, and the baseline as the engine takes it.
import type { ContractNormal } from '../domain/answers.ts';
import { BASELINE_SESSIONS, type VolumeBaseline } from '../domain/baseline.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import { sessionsBefore } from '../domain/session.ts';
import type { Database, Queries, Transaction } from './pool.ts';
import { sumPrints } from './print-sums.ts';

/** Held while a run is made: two at once would make the same run twice. */
const BASELINE_LOCK = 7_796_403;
/** Runs kept, so that a receipt's baseline can be looked up for a while. */
const RUNS_KEPT = 10;

/** 30 sessions of 400,000 contracts take longer than any answer to a person may. */
const BULK = { statementMsMax: 600_000 };

/** A run of the baseline job. */
export interface BaselineRun {
  readonly run: number;
  readonly asOf: string;
  /** Sessions it rests on, oldest first. */
  readonly dates: readonly string[];
  /** Contracts with a volume above zero. */
  readonly contracts: number;
  /** False when an equal run was there already and holds. */
  readonly made: boolean;
}

/**
 * A live day that missed more of the regular session than this teaches too little to be normal: it would make every
 * later day look unusual. Its file settles its gaps, and then it counts.
 */
const GAP_MINUTES_MAX = 10;

// What a run is made of, in one row: the same dates, rows and volumes give the same values.
const FINGERPRINT = `
  select coalesce(array_agg(session_date order by session_date), '{}') as dates,
    md5(coalesce(string_agg(concat_ws(' ', session_date, contracts, volume, spread), ';' order by session_date), ''))
      as fingerprint
  from (
    select session_date, count(*) as contracts, sum(volume) as volume,
      sum(volume * (contract_id % 9973)) as spread
    from spyhop.day_summary where session_date = any($1::date[]) and not exists (
      select from spyhop.feed_gap as gap
      where gap.session_date = day_summary.session_date and state in ('open', 'ended')
        and least(coalesce(ended_at, 'infinity'), (gap.session_date + time '16:00') at time zone 'America/New_York')
          - greatest(began_at, (gap.session_date + time '09:30') at time zone 'America/New_York')
          > interval '${GAP_MINUTES_MAX} minutes'
    ) group by session_date
  ) as day`;
const FIND_RUN = `
  select run, contracts from spyhop.baseline_run where as_of = $1 and fingerprint = $2 order by run desc limit 1`;
const INSERT_RUN = `
  insert into spyhop.baseline_run (as_of, dates, fingerprint, contracts, built_at, orders_name, orders_days)
  values ($1, $2::date[], $3, 0, $4, $5, $6::text[]) returning run`;
const INSERT_VALUES = `
  insert into spyhop.baseline_value (run, contract_id, volume_sum)
  select $1, contract_id, sum(greatest(volume, 0)) from spyhop.day_summary
  where session_date = any($2::date[])
  group by contract_id having sum(greatest(volume, 0)) > 0 order by contract_id`;
const SWAP = `
  insert into spyhop.baseline_current (run) values ($1)
  on conflict (only_row) do update set run = excluded.run`;

/** What a run knows of orders: a file, and the files of the days it was folded from, oldest first. */
export interface RunOrders {
  readonly name: string;
  readonly days: readonly string[];
}

/** The files of orders of the runs that are kept, the newest first. */
export async function recentOrders(db: Queries): Promise<readonly RunOrders[]> {
  return db.rows<RunOrders>(
    `select orders_name as name, orders_days as days from spyhop.baseline_run
     where orders_name is not null order by run desc`,
  );
}

/** The file of orders of a run; null when it has none. */
export async function ordersOfRun(db: Queries, run: number): Promise<string | null> {
  const query = 'select orders_name as name from spyhop.baseline_run where run = $1';
  return (await db.rows<{ name: string | null }>(query, [run]))[0]?.name ?? null;
}

/**
 * Makes the baseline of a session from the day summaries of the 30 calendar sessions before it, as far as they are
 * held, and puts it in force, in one transaction. Harmless to repeat: the same summaries give the same run.
 * @param asOf New York date; only earlier sessions are in it
 * @param builtAtMs epoch ms, for the record
 * @param orders what is known of orders; null for nothing
 */
export async function buildBaseline(
  db: Database,
  asOf: string,
  builtAtMs: number,
  orders: RunOrders | null = null,
): Promise<BaselineRun> {
  // What a process that was killed had stored and not summed belongs to the days too.
  while ((await sumPrints(db)) > 0);
  return db.transaction(async (transaction) => {
    await transaction.rows('select pg_advisory_xact_lock($1)', [BASELINE_LOCK]);
    const candidates = sessionsBefore(asOf, BASELINE_SESSIONS);
    const [found] = await transaction.rows<{ dates: string[]; fingerprint: string }>(FINGERPRINT, [
      candidates,
    ]);
    const { dates = [], fingerprint: volumes = '' } = found ?? {};
    const fingerprint = orders === null ? volumes : `${volumes} ${orders.name}`;
    const [equal] = await transaction.rows<{ run: number; contracts: number }>(FIND_RUN, [asOf, fingerprint]);
    if (equal !== undefined) {
      await transaction.change(SWAP, [equal.run]);
      return { ...equal, asOf, dates, made: false };
    }
    return makeRun(transaction, { asOf, dates, fingerprint, builtAtMs, orders });
  }, BULK);
}

interface RunOrder {
  readonly asOf: string;
  readonly dates: readonly string[];
  readonly fingerprint: string;
  readonly builtAtMs: number;
  readonly orders: RunOrders | null;
}

async function makeRun(
  transaction: Transaction,
  { asOf, dates, fingerprint, builtAtMs, orders }: RunOrder,
): Promise<BaselineRun> {
  const builtAt = new Date(builtAtMs).toISOString();
  const [inserted] = await transaction.rows<{ run: number }>(INSERT_RUN, [
    asOf,
    dates,
    fingerprint,
    builtAt,
    orders?.name ?? null,
    orders?.days ?? [],
  ]);
  const run = inserted!.run;
  const contracts = await transaction.change(INSERT_VALUES, [run, dates]);
  await transaction.change('update spyhop.baseline_run set contracts = $2 where run = $1', [run, contracts]);
  await transaction.change(SWAP, [run]);
  return { run, asOf, dates, contracts, made: true };
}

const CURRENT = `
  select run, as_of, dates, contracts from spyhop.baseline_current join spyhop.baseline_run using (run)`;

interface CurrentRow {
  readonly run: number;
  readonly as_of: string;
  readonly dates: readonly string[];
  readonly contracts: number;
}

/** The run that holds now; null before the first. */
export async function currentRun(db: Queries): Promise<Omit<BaselineRun, 'made'> | null> {
  const [row] = await db.rows<CurrentRow>(CURRENT);
  return row === undefined
    ? null
    : { run: row.run, asOf: row.as_of, dates: row.dates, contracts: row.contracts };
}

/** A baseline with the run it came from; run 0 with no sessions when there is none. */
export interface LoadedBaseline extends VolumeBaseline {
  readonly run: number;
  readonly asOf: string | null;
  /** Contracts with a normal that have not expired. */
  readonly contracts: number;
}

const EARLIER = 'select run, as_of, dates, contracts from spyhop.baseline_run where run = $1';

/**
 * Loads the run that holds for an engine, or an earlier one: null when that is not kept any more. Contracts of it that
 * have not expired are numbered in the table. 8 bytes a contract.
 */
export async function loadBaseline(db: Database, table: ContractTable): Promise<LoadedBaseline>;
export async function loadBaseline(
  db: Database,
  table: ContractTable,
  earlier: number,
): Promise<LoadedBaseline | null>;
export async function loadBaseline(
  db: Database,
  table: ContractTable,
  earlier?: number,
): Promise<LoadedBaseline | null> {
  const loaded = await db.transaction(async (transaction) => {
    const [found] = await transaction.rows<CurrentRow>(
      earlier === undefined ? CURRENT : EARLIER,
      earlier === undefined ? [] : [earlier],
    );
    if (found === undefined) return null;
    const values = await transaction.rows<{ osi: string; volume_sum: number }>(
      `select osi, volume_sum from spyhop.baseline_value join spyhop.contract using (contract_id)
       where run = $1 and expiry_date >= $2 order by osi`,
      [found.run, found.as_of],
    );
    return { found, values };
  }, BULK);
  if (loaded === null) {
    // A session that began without a baseline is read again without one.
    const none = earlier === undefined || earlier === 0;
    return none ? { run: 0, asOf: null, contracts: 0, sessions: 0, dates: [], volumeSum: () => 0 } : null;
  }
  const sums = new Map<number, number>();
  for (const { osi, volume_sum: sum } of loaded.values) {
    const number = table.internTicker(osi);
    if (typeof number === 'number') sums.set(number, sum);
  }
  const { run, as_of: asOf, dates } = loaded.found;
  const columns = new Float64Array(table.count);
  for (const [number, sum] of sums) columns[number] = sum;
  const volumeSum = (contract: number): number => columns[contract] ?? 0;
  return { run, asOf, contracts: sums.size, sessions: dates.length, dates, volumeSum };
}

const NORMAL = `
  select run, as_of, cardinality(dates) as sessions, coalesce(volume_sum, 0) as volume_sum
  from spyhop.contract
  cross join spyhop.baseline_current
  join spyhop.baseline_run using (run)
  left join spyhop.baseline_value using (run, contract_id)
  where osi = $1`;

/** What is normal for a contract; null when the contract is unknown or there is no baseline. */
export async function findNormal(db: Queries, osi: string): Promise<ContractNormal | null> {
  const [row] = await db.rows<{ run: number; as_of: string; sessions: number; volume_sum: number }>(NORMAL, [
    osi,
  ]);
  if (row === undefined) return null;
  const { run, as_of: asOf, sessions, volume_sum: sum } = row;
  return { run, asOf, sessions, meanDayVolume: sessions === 0 ? 0 : sum / sessions };
}

/** Forgets the oldest runs, never the one that holds; gives how many. */
export async function dropOldRuns(db: Queries, keep = RUNS_KEPT): Promise<number> {
  return db.change(
    `delete from spyhop.baseline_run
     where run not in (select run from spyhop.baseline_run order by run desc limit $1)
       and run not in (select run from spyhop.baseline_current)`,
    [keep],
  );
}
