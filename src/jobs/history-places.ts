// Where the days of deep history are: the store's pointers joined with the folder of this machine.
import { join } from 'node:path';
import { findHistoryDay, type HistoryDay, listHistoryDays } from '../db/history-days.ts';
import type { Queries } from '../db/pool.ts';
import type { DayPlace, DayPlaces } from '../history/questions.ts';

/** The places of days by the pointers in a database. @param historyDir folder of deep history */
export function historyPlaces(db: Queries, historyDir: string): DayPlaces {
  const placeOf = ({ sessionDate, printsName, summariesName }: HistoryDay): DayPlace => ({
    sessionDate,
    prints: printsName === null ? null : join(historyDir, printsName),
    summaries: join(historyDir, summariesName),
  });
  return {
    async find(sessionDate) {
      const day = await findHistoryDay(db, sessionDate);
      return day === null ? null : placeOf(day);
    },
    list: async (from, to) => (await listHistoryDays(db, from, to)).map(placeOf),
  };
}
