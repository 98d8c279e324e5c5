// Command `explain`: why an alert was raised, and whether its receipt and the tape give it again, to the byte.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Alert } from '../domain/alert.ts';
import { explain } from '../domain/explain.ts';
import { type Receipt, receiptIn, withoutReceipt } from '../domain/receipt.ts';
import { type Difference, recompute } from '../domain/recompute.ts';
import { tapeDifferences } from '../domain/tape-check.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import type { Command } from './command.ts';
import { ask, type Source, sourceOf } from './service-client.ts';
import { storedPrints } from './stored-prints.ts';
import type { Terminal } from './terminal.ts';
import { plural } from './words.ts';

const ID = /^[0-9a-f]{16}$/;

/** An alert with its receipt. */
interface Explained {
  readonly alert: Alert;
  readonly receipt: Receipt;
}

export const explainCommand: Command<'address' | 'token' | 'alert' | 'from-tape'> = {
  name: 'explain',
  summary: 'Says why an alert was raised, and makes it again: the same bytes, or the exit code is 1.',
  operands: 'ID',
  options: ['alert', 'from-tape', 'address', 'token'],
  remarks: [
    'Examples:',
    '  spyhop explain 8d3f0c1a2b4e5f60',
    '  spyhop replay tape/ --json > alerts.ndjson; spyhop explain 8d3f0c1a2b4e5f60 --alert alerts.ndjson',
  ],
  async run(operands, options, terminal) {
    const [id] = operands;
    if (id === undefined || operands.length > 1 || !ID.test(id)) {
      const message =
        'spyhop explain needs the ID of one alert, 16 hex digits: spyhop alerts --json shows them';
      throw new Refusal(message, { exitCode: 2 });
    }
    const source = sourceOf(options);
    const explained =
      options.alert === undefined ? await fromService(source, id) : await fromFile(options.alert, id);
    const { alert, receipt } = explained;
    const { differences } = recompute(alert, receipt);
    const all = [...differences];
    if (options['from-tape']) {
      const tape = await storedPrints(source, receipt.contract, receipt.sessionDate);
      all.push(...tapeDifferences(receipt, tape));
    }
    if (options.json) terminal.print(JSON.stringify({ alert, differences: all, receipt }));
    else show(explained, all, options['from-tape'], terminal);
    return all.length === 0 ? 0 : 1;
  },
};

function show(
  { alert, receipt }: Explained,
  differences: readonly Difference[],
  isFromTape: boolean,
  terminal: Terminal,
): void {
  const [title = '', ...lines] = explain(alert, receipt);
  terminal.print(terminal.tone('strong', title));
  for (const line of lines) terminal.print(line);
  const from = isFromTape ? 'its receipt and the stored prints' : 'its receipt';
  if (differences.length === 0) {
    terminal.print(terminal.tone('good', `recomputed from ${from}: the same bytes`));
    return;
  }
  terminal.print(
    terminal.tone('bad', `recomputed from ${from}: ${plural(differences.length, 'difference')}`),
  );
  for (const { what, stated, recomputed } of differences) {
    terminal.print(`  ${what}: stated ${stated}, recomputed ${recomputed}`);
  }
}

async function fromService(source: Source, id: string): Promise<Explained> {
  const response = await ask(source, `/v1/alerts/${id}/explanation`);
  const answer = (await response.json().catch(() => ({}))) as Partial<Explained>;
  const { alert, receipt } = answer;
  if (alert === undefined || receipt === undefined) {
    throw new Refusal(`what answers at ${source.address} is no spyhop: give another --address`);
  }
  return { alert, receipt };
}

/** The alert of this id in NDJSON; lines that are none are passed over. */
async function fromFile(path: string, id: string): Promise<Explained> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (!line.includes(`"${id}"`)) continue;
      const alert = parsedAlert(line);
      if (alert?.id !== id) continue;
      const receipt = receiptIn(alert);
      if (receipt === null) {
        throw new Refusal(`alert ${id} in ${path} has no receipt: take it from spyhop replay --json`);
      }
      return { alert: withoutReceipt(alert), receipt };
    }
  } catch (error) {
    throw refusalOf(path, error);
  }
  throw new Refusal(`${path} has no alert ${id}: look with grep '"id"' which it has`);
}

function parsedAlert(line: string): Alert | null {
  try {
    return JSON.parse(line) as Alert;
  } catch {
    return null;
  }
}
