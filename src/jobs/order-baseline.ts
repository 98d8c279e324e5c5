// The baseline of orders for the service: folded from the summaries of the days that the run in force rests on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedBaseline } from '../db/baselines.ts';
import { listHistoryDays } from '../db/history-days.ts';
import type { Database } from '../db/pool.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import { OrderHistory } from '../domain/order-history.ts';
import { openDuck } from '../history/duck.ts';
import { readDayOrders } from '../history/order-days.ts';
import { historyDir } from '../history/places.ts';

const LIMITS = { threads: 1, memoryMbMax: 256, spillDir: null } as const;

/**
 * The baseline with what is normal of orders; itself when none of its days was imported from a file of trades.
 * Days whose orders nobody counted (aggregates, and live days without a file) teach nothing, and a day whose file is
 * gone is told: importing it again brings it back.
 */
export async function withOrders(
  db: Database,
  dataDir: string,
  table: ContractTable,
  baseline: LoadedBaseline,
  onMissing: (path: string) => void,
): Promise<LoadedBaseline> {
  const { dates, asOf } = baseline;
  if (asOf === null || dates.length === 0) return baseline;
  const days = await listHistoryDays(db, dates[0], dates.at(-1));
  const history = new OrderHistory(table);
  const numberOf = (osi: string): number => {
    const number = table.internTicker(osi);
    return typeof number === 'number' ? number : -1;
  };
  using duck = await openDuck(LIMITS);
  for (const { sessionDate, printsName, summariesName } of days) {
    if (printsName === null || !dates.includes(sessionDate)) continue;
    const path = join(historyDir(dataDir), summariesName);
    if (!existsSync(path)) {
      onMissing(path);
      continue;
    }
    history.add(await readDayOrders(duck, path, sessionDate, numberOf));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { ...baseline, orders: history.before(asOf) };
}
