// Command `run`: the service on the live feed, until it is asked to end.
import type { Options } from '../config.ts';
import { Refusal } from '../lib/refusal.ts';
import type { Command, CommonOption } from './command.ts';
import { SERVICE_OPTIONS, type ServiceOption } from './service-options.ts';

type RunOption = ServiceOption | 'feed-url';

/** What the service is told. */
export type RunOptions = Options<RunOption | CommonOption>;

export const runCommand: Command<RunOption> = {
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
    // Loaded here, so that commands without a service start at once.
    const { runService } = await import('./run-service.ts');
    return runService(key, options, terminal);
  },
};
