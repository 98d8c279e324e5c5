// Command `doctor`: what is configured, reachable and entitled, and what to do about what is not.
import type { Options } from '../config.ts';
import type { Command, CommonOption } from './command.ts';
import type { Terminal, Tone } from './terminal.ts';

type DoctorOption = 'data-dir' | 'rest-url' | 'address' | 'token';

/** What the doctor is told. */
export type DoctorOptions = Options<DoctorOption | CommonOption>;

/** What one look found. */
export interface Finding {
  readonly what: string;
  readonly state: 'well' | 'warning' | 'wrong';
  /** In a sentence; for what is not well, with what to do. */
  readonly sentence: string;
}

export const doctorCommand: Command<DoctorOption> = {
  name: 'doctor',
  summary:
    'Looks at the set-up: what is configured, reachable and entitled, and says what to do about the rest.',
  operands: '',
  options: ['data-dir', 'rest-url', 'address', 'token'],
  remarks: ['The exit code is 1 when something is wrong that keeps spyhop run from working.'],
  async run(_operands, options, terminal) {
    // Loaded here, so that commands that look at nothing start at once.
    const { looksOf } = await import('./doctor-looks.ts');
    let wrong = 0;
    for (const look of looksOf(options)) {
      for (const finding of await look()) {
        if (finding.state === 'wrong') wrong++;
        terminal.print(options.json ? JSON.stringify(finding) : findingLine(finding, terminal));
      }
    }
    return wrong === 0 ? 0 : 1;
  },
};

const SIGN = { well: '✓', warning: '!', wrong: '✗' } as const;
const SIGN_TONE: Readonly<Record<Finding['state'], Tone>> = { well: 'good', warning: 'warn', wrong: 'bad' };

function findingLine({ what, state, sentence }: Finding, terminal: Terminal): string {
  return `${terminal.tone(SIGN_TONE[state], SIGN[state])} ${what.padEnd(10)} ${sentence}`;
}
