// Questions that bars and days answer: the largest contracts of five minutes, and a contract session by session.
import type { ContractSession, ContractSums } from '../domain/answers.ts';
import { BUCKET_MS } from '../domain/session.ts';
import type { Queries } from './pool.ts';
import { midnightOf } from './tape-answers.ts';

// The few that are shown are chosen before their names are looked up.
const LARGEST = `
  select osi, b.prints, b.volume, b.premium_cents as "premiumCents"
  from (
    select * from spyhop.bar where session_date = $1 and bucket = $2
    order by premium_cents desc, contract_id limit $3
  ) b join spyhop.contract using (contract_id)
  order by b.premium_cents desc, contract_id`;

/** Contracts with the most premium in the five minutes that hold a moment (epoch ms), the largest first. */
export async function listLargest(
  db: Queries,
  sessionDate: string,
  atMs: number,
  limit: number,
): Promise<readonly ContractSums[]> {
  const midnightMs = midnightOf(sessionDate);
  if (midnightMs === null) return [];
  const bucket = Math.floor((atMs - midnightMs) / BUCKET_MS);
  return db.rows<ContractSums>(LARGEST, [sessionDate, bucket, limit]);
}

const DAYS = `
  select session_date as "sessionDate", volume, prints, premium_cents as "premiumCents",
    last_price_e4 as "lastPriceE4"
  from spyhop.day_summary
  where contract_id = $1 and session_date between $2 and $3
  order by 1`;

/** Sessions in which a contract traded, oldest first, both dates included; null when it was never seen. */
export async function listContractDays(
  db: Queries,
  osi: string,
  from: string,
  until: string,
): Promise<readonly ContractSession[] | null> {
  const [contract] = await db.rows<{ id: number }>(
    'select contract_id as id from spyhop.contract where osi = $1',
    [osi],
  );
  return contract === undefined ? null : db.rows<ContractSession>(DAYS, [contract.id, from, until]);
}
