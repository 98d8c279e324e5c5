// Command `baseline`: computes what is normal from the days in the store, and puts it in force.
import { sessionOn } from '../domain/session.ts';
import { systemClock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import type { Command } from './command.ts';
import { databaseUrl } from './database-url.ts';
import { count, duration, plural } from './words.ts';

export const baselineCommand: Command<'data-dir' | 'as-of'> = {
  name: 'baseline',
  summary: 'Computes what is normal for each contract from the days in the store, and puts it in force.',
  operands: '',
  options: ['as-of', 'data-dir'],
  remarks: [
    'The service does this by itself before each open. Of the 30 sessions before the one given, those in the store',
    'count; a session in which a contract did not trade counts as 0. Orders are learned from their imported trades.',
  ],
  async run(_operands, options, terminal) {
    // Loaded here, so that commands without a store start at once.
    const [{ openStore }, { makeBaseline }, { sessionAt }] = await Promise.all([
      import('../db/open-store.ts'),
      import('../jobs/order-baseline.ts'),
      import('../live/sessions.ts'),
    ]);
    const clock = systemClock();
    const store = await openStore({
      dataDir: options['data-dir'],
      databaseUrl: databaseUrl(),
      clock,
    });
    try {
      const startedMs = terminal.monotonicMs();
      const asOf = options['as-of'] ?? sessionAt(clock.now()).date;
      const session = sessionOn(asOf);
      if ('fault' in session) throw new Refusal(`--as-of: ${session.fault}`, { exitCode: 2 });
      const run = await makeBaseline(
        {
          db: store.db,
          dataDir: options['data-dir'],
          onMissing: (path) => terminal.say(`${path} is gone: import its day again`),
        },
        asOf,
        clock.now(),
      );
      const seconds = (terminal.monotonicMs() - startedMs) / 1000;
      if (options.json) terminal.print(JSON.stringify({ ...run, seconds: Number(seconds.toFixed(3)) }));
      else {
        const made = `${count(run.contracts)} contracts from ${plural(run.dates.length, 'session')}`;
        const unchanged = run.made ? '' : ', unchanged';
        terminal.print(`run ${run.run} for ${run.asOf}: ${made}${unchanged} · ${duration(seconds)}`);
      }
      if (run.dates.length === 0)
        terminal.say('there is no earlier day in the store: load some with spyhop import PATH');
      return 0;
    } finally {
      await store.close();
    }
  },
};
