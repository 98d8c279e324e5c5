// Command `demo`: the whole service on a simulated market, without a key, a database or a market that is open.
import type { Options } from '../config.ts';
import type { Command, CommonOption } from './command.ts';
import { SERVICE_OPTIONS, type ServiceOption } from './service-options.ts';

type DemoOption = ServiceOption | 'seed' | 'speed' | 'for';

/** What the demo is told. */
export type DemoOptions = Options<DemoOption | CommonOption>;

export const demoCommand: Command<DemoOption> = {
  name: 'demo',
  summary:
    'Runs the whole service on a simulated market: no key, no database server and no open market needed.',
  operands: '',
  options: ['for', 'seed', 'speed', ...SERVICE_OPTIONS],
  remarks: [
    'It plays the last completed session, the morning in some seconds, and begins where it ended when started again.',
    'Everything it keeps lies under demo-SEED in the data directory; remove that to begin anew.',
  ],
  async run(_operands, options, terminal) {
    // Loaded here, so that commands without a service start at once.
    const { runDemo } = await import('./demo-session.ts');
    return runDemo(options, terminal);
  },
};
