// A process that stores a session's tape from its beginning, as a start does with its journal, and can be made to die.
import { Writer } from '../../src/actors/writer.ts';
import { storeAlerts } from '../../src/db/alerts.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { openDatabase } from '../../src/db/pool.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { isPassing } from '../../src/db/sqlstate.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { alertOfRow, BATCH_ROWS, rowOfAlert, soakBatch, soakTable } from './soak-tape.ts';

const [, , url = '', rowsText = '0', fault = ''] = process.argv;
const rows = Number(rowsText);
const [diePoint, dieAfter] = fault.split(':');
let passed = 0;

const db = openDatabase({ url, connectionsMax: 3, statementMsMax: 20_000 });
const prints = createPrintWriter(db, soakTable(), (point) => {
  if (point === diePoint && ++passed === Number(dieAfter)) process.kill(process.pid, 'SIGKILL');
});
const writer = new Writer(
  {
    store: (piece) => prints.store(piece),
    storeAlerts: (alerts) => storeAlerts(db, alerts),
    sumUp: () => sumPrints(db),
    mayPass: isPassing,
    clock: systemClock(),
    chance: () => 0.5,
  },
  { gatherMs: 5, sumMs: 20 },
);
for (let firstRow = 0; firstRow < rows; firstRow += BATCH_ROWS) {
  const batch = soakBatch(firstRow, Math.min(BATCH_ROWS, rows - firstRow));
  await writer.room(batch.length);
  writer.accept(batch);
  for (let row = firstRow; row < firstRow + batch.length; row++) {
    if (rowOfAlert(row)) writer.alert(alertOfRow(row));
  }
  // The event loop turns, so that the lanes work while the tape runs.
  await new Promise((done) => setImmediate(done));
  if (firstRow === 0) process.stdout.write('started\n');
}
const left = await writer.drain(60_000);
await db.close();
process.stdout.write(`${JSON.stringify({ left, counts: writer.counts() })}\n`);
