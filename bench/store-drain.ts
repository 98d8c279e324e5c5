// Part of benchmark `store`: the database goes away under a live session, the journal takes everything, and drains.
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import { Writer } from '../src/actors/writer.ts';
import { makeDay } from '../src/db/day-tables.ts';
import { createPrintWriter } from '../src/db/print-writer.ts';
import { sumPrints } from '../src/db/print-sums.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import { requireSession } from '../src/domain/session.ts';
import { JournalWriter } from '../src/feeds/journal/writer.ts';
import { systemClock } from '../src/lib/clock.ts';
import { LiveSession } from '../src/live/live-session.ts';
import { DayTickers, tradeElement } from '../src/simulation/provider/day-elements.ts';
import type { MarketDay } from '../src/simulation/market.ts';
import { LAST_DATE, type StoreStage } from './store-stage.ts';

const PRINTS_A_FRAME = 100;
/** Prints a second of a busy hour, and of the busiest second that was measured. */
const LIVE_RATE = 5_000;
const BUSIEST_RATE = 20_000;
const AWAY = new Error('the database is away');

function* framesOf(day: MarketDay): Generator<Buffer> {
  const tickers = new DayTickers(day);
  for (let row = 0; row < day.length; row += PRINTS_A_FRAME) {
    const rows = Math.min(PRINTS_A_FRAME, day.length - row);
    const elements = Array.from({ length: rows }, (_element, n) => tradeElement(day, tickers, row + n));
    yield Buffer.from(`[${elements.join(',')}]`);
  }
}

function openSession(
  table: ContractTable,
  journal: JournalWriter,
  journalDirectory: string,
  writer: Writer,
): LiveSession {
  return new LiveSession(
    {
      session: requireSession(LAST_DATE),
      table,
      baseline: { sessions: 0, dates: [], volumeSum: () => 0 },
      run: 0,
      threshold: { factor: new Decimal(10), floor: 500 },
      storedRows: 0,
    },
    {
      journal,
      journalDirectory,
      store: (batch) => writer.accept(batch),
      room: (rows) => writer.room(rows),
      baselineOf: () => Promise.resolve(null),
      onAlert() {},
      onFailure() {},
      onFault: (error) => process.stderr.write(`${String(error)}\n`),
      onDamage() {},
    },
  );
}

/** Feeds the day while nothing can be stored, then lets it be stored; prints how fast that went. */
export async function benchDrain(stage: StoreStage, day: MarketDay): Promise<{ readonly rate: number }> {
  const clock = systemClock();
  const session = requireSession(LAST_DATE);
  const name = LAST_DATE.replaceAll('-', '');
  await makeDay(stage.db, LAST_DATE);
  await stage.db.change(
    `truncate spyhop.print_${name}, spyhop.bar_${name}, spyhop.flow_${name}, spyhop.day_summary_${name}`,
  );
  await stage.db.change('delete from spyhop.sum_position');
  await stage.db.change('delete from spyhop.journal_position');
  const directory = join(stage.folder, 'journal');
  const journal = await JournalWriter.open({ directory, date: LAST_DATE, clock });
  const table = new ContractTable();
  const prints = createPrintWriter(stage.db, table);
  let isAway = true;
  const writer = new Writer(
    {
      store: async (piece) => {
        if (isAway) throw AWAY;
        return prints.store(piece);
      },
      storeAlerts: (alerts) => Promise.resolve(alerts.length),
      sumUp: () => (isAway ? Promise.resolve(0) : sumPrints(stage.db)),
      mayPass: (error) => error === AWAY,
      clock,
      chance: () => 0,
    },
    { pauseMsMax: 250 },
  );
  const live = openSession(table, journal, directory, writer);
  await live.recover();
  const lastMs = session.midnightMs + day.columns.atMs[day.length - 1]!;
  let frames = 0;
  for (const frame of framesOf(day)) {
    live.take(frame, lastMs);
    if (++frames % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await journal.flush();
  const { lostRecords } = journal.status;
  isAway = false;
  const startMs = performance.now();
  while (live.backlogRows > 0 || writer.counts().inFlight > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - startMs) / 1000;
  await writer.drain(600_000);
  live.end();
  await journal.close();
  const { stored } = writer.counts();
  const rate = stored / seconds;
  process.stdout.write(
    `an outage of ${live.rows} prints: journal lost ${lostRecords}, ${stored} stored afterwards at ` +
      `${(rate / 1000).toFixed(0)} k rows/s, ${(rate / LIVE_RATE).toFixed(0)} times ${LIVE_RATE} a second, ` +
      `${(rate / BUSIEST_RATE).toFixed(1)} times ${BUSIEST_RATE}\n`,
  );
  return { rate };
}
