// Command `run`: the service on the live feed, until it is asked to end.
import { startService } from '../app.ts';
import { Refusal } from '../lib/refusal.ts';
import { systemClock } from '../lib/clock.ts';
import { alertLine } from './alert-line.ts';
import type { Command } from './command.ts';
import { programVersion } from './program-version.ts';
import {
  logTo,
  SERVICE_OPTIONS,
  type ServiceOption,
  serviceSettings,
  stopService,
  untilAsked,
} from './service-process.ts';

export const runCommand: Command<ServiceOption | 'feed-url'> = {
  name: 'run',
  summary: 'Watches the live tape: feed, journal, engine, store and API, until it is stopped.',
  operands: '',
  options: ['feed-url', ...SERVICE_OPTIONS],
  remarks: [
    'The key of the provider is read from MASSIVE_API_KEY. DATABASE_URL chooses a Postgres (15 or newer); without it',
    'one is kept in the data directory. Alerts go to stdout, JSON log lines to stderr.',
    'Without earlier days in the store nothing can be unusual: spyhop import loads them.',
  ],
  async run(_operands, options, terminal) {
    const key = process.env['MASSIVE_API_KEY'];
    if (key === undefined || key === '') {
      throw new Refusal(
        'MASSIVE_API_KEY is not set: make a key on the dashboard at massive.com (a plan with option trades), ' +
          'export it, and run again; to see spyhop without a key, run: npx spyhop demo',
        { exitCode: 2 },
      );
    }
    const clock = systemClock();
    const databaseUrl = process.env['DATABASE_URL'] ?? null;
    const log = logTo(process.stderr, options['log-level'], [key, options.token, databaseUrl], clock);
    const service = await startService(
      serviceSettings(options, {
        dataDir: options['data-dir'],
        databaseUrl,
        feed: { url: options['feed-url'], key },
        clock,
        marketClock: clock,
        log,
        version: await programVersion(),
        onAlert: (alert) => terminal.print(options.json ? JSON.stringify(alert) : alertLine(alert, terminal)),
      }),
    );
    await untilAsked(null);
    return stopService(service, terminal);
  },
};
