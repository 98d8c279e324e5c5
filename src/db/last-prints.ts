// The prints of each contract's last days with trades, which the detector `zscore` asks of a baseline.
import { LAST_PRINTS } from '../domain/baseline.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { LoadedBaseline } from './baselines.ts';
import type { Database } from './pool.ts';

/** 30 sessions of 400,000 contracts take longer than any answer to a person may. */
const BULK = { statementMsMax: 600_000 };

// Days imported from aggregates have volumes without prints.
const LAST = `
  select osi, array_agg(prints order by session_date desc) as prints
  from (
    select contract_id, session_date, prints,
      row_number() over (partition by contract_id order by session_date desc) as day
    from spyhop.day_summary where session_date = any($1::date[]) and prints > 0
  ) as summary join spyhop.contract using (contract_id)
  where day <= ${LAST_PRINTS} and expiry_date >= $2
  group by osi order by osi`;

/** The baseline with the prints of its sessions, as they are known now; itself when it rests on none. */
export async function withLastPrints(
  db: Database,
  table: ContractTable,
  baseline: LoadedBaseline,
): Promise<LoadedBaseline> {
  const { dates, asOf } = baseline;
  if (asOf === null || dates.length === 0) return baseline;
  const rows = await db.transaction(
    (transaction) => transaction.rows<{ osi: string; prints: number[] }>(LAST, [dates, asOf]),
    BULK,
  );
  const last = new Map<number, readonly number[]>();
  for (const { osi, prints } of rows) {
    const contract = table.internTicker(osi);
    if (typeof contract === 'number') last.set(contract, prints);
  }
  return { ...baseline, lastPrints: (contract) => last.get(contract) ?? [] };
}
