// Command `import`: flat files into the store, each day once, as history and as prints of the hot sessions.
import { newYorkDate } from '../domain/session.ts';
import type { ImportReport } from '../jobs/import-day.ts';
import { systemClock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import { flatFilePaths } from '../replay/plan.ts';
import type { Command } from './command.ts';
import { databaseUrl } from './database-url.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural } from './words.ts';

export const importCommand: Command<'data-dir' | 'hot-sessions'> = {
  name: 'import',
  summary:
    'Loads flat files into the store: what each contract traded on each day, and the prints of the last days.',
  operands: 'PATH…',
  options: ['data-dir', 'hot-sessions'],
  remarks: [
    'PATH is a file of trades, minute or day aggregates, or a folder of them. A day replaces what the live feed stored',
    'of it, all or nothing; a file that was imported before is passed over. It may run beside the service.',
    'Example: spyhop import us_options_opra/day_aggs_v1/2026',
  ],
  async run(operands, options, terminal) {
    if (operands.length === 0) {
      const message = 'spyhop import needs a PATH: a flat file or a folder of them (spyhop import --help)';
      throw new Refusal(message, { exitCode: 2 });
    }
    const paths = (await Promise.all(operands.map(flatFilePaths))).flat();
    // Loaded here, so that commands without a store start at once.
    const [{ openStore }, { clearHistory, importDay }, { keepFrom }, { historyDir }] = await Promise.all([
      import('../db/open-store.ts'),
      import('../jobs/import-day.ts'),
      import('../jobs/retention.ts'),
      import('../history/places.ts'),
    ]);
    const clock = systemClock();
    const store = await openStore({
      dataDir: options['data-dir'],
      databaseUrl: databaseUrl(),
      clock,
    });
    const today = newYorkDate(clock.now());
    const printsFrom = keepFrom(today, options['hot-sessions']);
    let failed = 0;
    try {
      for (const path of paths) {
        const progress = new Progress(terminal, path, 'rows');
        try {
          const report = await importDay(store.db, path, {
            printsFrom,
            historyDir: historyDir(options['data-dir']),
            importedAtMs: clock.now(),
            onProgress: ({ done, total }) => progress.update(done, total),
          });
          progress.done();
          tell(report, progress.seconds, options.json, terminal);
        } catch (error) {
          progress.done();
          if (!(error instanceof Refusal) || paths.length === 1) throw error;
          // One file that cannot be read does not keep the others out.
          failed++;
          terminal.say(`${terminal.toneErr('bad', 'left out:')} ${error.message}`);
        }
      }
      await clearHistory(store.db, historyDir(options['data-dir']), clock.now());
    } finally {
      await store.close();
    }
    if (failed > 0) terminal.say(`${plural(failed, 'file')} of ${count(paths.length)} could not be imported`);
    return failed === 0 ? 0 : 1;
  },
};

const KEPT = 'kept as it is, with its prints: only its trades can replace them';

function tell(report: ImportReport, seconds: number, json: boolean, terminal: Terminal): void {
  if (json) {
    terminal.print(JSON.stringify({ ...report, seconds: Number(seconds.toFixed(3)) }));
    return;
  }
  const { sessionDate, kind, result, rows, rejected, printsKept } = report;
  const what = { unchanged: 'imported before', kept: KEPT, imported: `${plural(rows, 'row')} of ${kind}` }[
    result
  ];
  const kept = result === 'imported' && printsKept ? ', prints kept' : '';
  const refused = rejected.map(
    ({ reason, rows: times, lines }) => ` · ${count(times)} rejected, ${reason} (line ${lines[0]})`,
  );
  terminal.print(`${sessionDate} ${what}${kept}${refused.join('')} · ${duration(seconds)}`);
}
