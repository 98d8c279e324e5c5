// The deeds `export` and `import`: a copy of what cannot be had again, and back.
import { restoreCopy } from '../db/backup/import.ts';
import { writeCopy } from '../db/backup/export.ts';
import { systemClock } from '../lib/clock.ts';
import type { DbOptions } from './db-deeds.ts';
import { withDatabase } from './db-schema.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural } from './words.ts';

/** Rows of each table that has some, on a line; no line when all are empty. */
function printTables(tables: Readonly<Record<string, number>>, terminal: Terminal): void {
  const parts = Object.entries(tables).filter(([, rows]) => rows > 0);
  if (parts.length > 0)
    terminal.print(`  ${parts.map(([table, rows]) => `${table} ${count(rows)}`).join(', ')}`);
}

/** `spyhop db export FILE`. */
export async function exportCopy(file: string, options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(options, async ({ db }) => {
    const progress = new Progress(terminal, file, 'rows');
    const report = await writeCopy(db, file, systemClock().now(), (done, total) =>
      progress.update(done, total),
    );
    progress.done();
    const { rows, bytes, tables } = report;
    if (options.json) terminal.print(JSON.stringify({ file, ...report }));
    else {
      const size = `${(bytes / 1e6).toFixed(1)} MB`;
      terminal.print(`${file}: ${plural(rows, 'row')}, ${size} · ${duration(progress.seconds)}`);
      printTables(tables, terminal);
    }
    return 0;
  });
}

/** `spyhop db import FILE`. */
export async function importCopy(file: string, options: DbOptions, terminal: Terminal): Promise<number> {
  return withDatabase(
    options,
    async ({ db }) => {
      const progress = new Progress(terminal, file, 'rows');
      const report = await restoreCopy(db, file, (done, total) => progress.update(done, total));
      progress.done();
      const { head, rows, tables } = report;
      if (options.json) terminal.print(JSON.stringify({ file, ...head, rows, tables }));
      else {
        const when = head.madeAt.slice(0, 16).replace('T', ' ');
        terminal.print(
          `restored ${plural(rows, 'row')} of ${when} UTC, schema ${head.schema} · ${duration(progress.seconds)}`,
        );
        printTables(tables, terminal);
        terminal.say('prints and day summaries are not in a copy: load them again with spyhop import PATH');
      }
      return 0;
    },
    { make: true },
  );
}
