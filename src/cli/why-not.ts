// Command `why-not`: which condition kept a contract from an alert, by how much, and its nearest miss of the day.
import { newYorkTime } from '../domain/calendar.ts';
import { parseTicker } from '../domain/contract.ts';
import type { ConditionLook } from '../domain/why-not.ts';
import { Refusal } from '../lib/refusal.ts';
import type { Command } from './command.ts';
import { ask, sourceOf } from './service-client.ts';
import type { Terminal } from './terminal.ts';
import { count } from './words.ts';

/** The answer of the service. */
interface Answer {
  readonly contract: string;
  readonly sessionDate: string;
  readonly at: string;
  readonly volume: number;
  readonly needed: number;
  readonly baselineRun: number | null;
  readonly conditions: readonly ConditionLook[];
  readonly spokeAt: readonly string[];
  readonly nearest: { readonly at: string; readonly volume: number; readonly needed: number } | null;
}

export const whyNotCommand: Command<'address' | 'token' | 'at'> = {
  name: 'why-not',
  summary: 'Says why a contract raised no alert at a moment: which condition failed, and by how much.',
  operands: 'TICKER',
  options: ['at', 'address', 'token'],
  remarks: ['Example: spyhop why-not O:NVDA261218C00180000 --at 2026-11-20T15:30:00Z'],
  async run(operands, options, terminal) {
    const [ticker] = operands;
    if (ticker === undefined || operands.length > 1) {
      throw new Refusal('spyhop why-not needs one TICKER, such as O:NVDA261218C00180000', { exitCode: 2 });
    }
    const contract = parseTicker(ticker.toUpperCase());
    if ('fault' in contract) {
      throw new Refusal(`"${ticker}" is no contract: ${contract.fault}`, { exitCode: 2 });
    }
    if (options.at === undefined || Number.isNaN(Date.parse(options.at))) {
      throw new Refusal('spyhop why-not needs the moment: --at 2026-11-20T15:30:00Z', { exitCode: 2 });
    }
    const at = new Date(options.at).toISOString();
    const path = `/v1/contracts/${encodeURIComponent(contract.osi)}/why-not?at=${encodeURIComponent(at)}`;
    const source = sourceOf(options);
    const answer = (await (await ask(source, path)).json()) as Answer;
    if (options.json) terminal.print(JSON.stringify(answer));
    else show(answer, terminal);
    return 0;
  },
};

function show(answer: Answer, terminal: Terminal): void {
  const { contract, sessionDate, at, volume, needed, conditions, spokeAt, nearest, baselineRun } = answer;
  const time = (moment: string): string => newYorkTime(Date.parse(moment));
  terminal.print(
    terminal.tone(
      'strong',
      `${contract} at ${time(at)} on ${sessionDate}: ${count(volume)} contracts in 5 min`,
    ),
  );
  if (conditions.some(({ condition, holds }) => condition === 'baseline' && holds)) {
    terminal.print(`an alert needs ${count(needed)} of them (baseline run ${baselineRun})`);
  }
  for (const { condition, holds, sentence } of conditions) {
    const verdict = terminal.tone(holds ? 'good' : 'bad', holds ? 'holds' : 'fails');
    terminal.print(`  ${condition}: ${verdict}, ${sentence}`);
  }
  for (const moment of spokeAt) terminal.print(`it spoke at ${time(moment)}`);
  terminal.print(
    nearest === null
      ? 'nearest miss of the day: none'
      : `nearest miss of the day: ${count(nearest.volume)} of ${count(nearest.needed)} contracts ` +
          `at ${time(nearest.at)}`,
  );
}
