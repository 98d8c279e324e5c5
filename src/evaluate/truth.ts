// The truth about a tape: truth.json as `spyhop simulate` writes it, read and checked.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, refusalOf } from '../lib/refusal.ts';

/** Something unusual that is known to lie on a tape. */
export interface Anomaly {
  readonly kind: string;
  readonly underlying: string;
  /** Ticker; null for what takes many contracts of the underlying. */
  readonly contract: string | null;
  /** First and last print of it, epoch ms. */
  readonly beginMs: number;
  readonly endMs: number;
  /** Orders expected of the contract on an ordinary day; null where the truth does not say. */
  readonly usualOrders: number | null;
  /** Orders and lots where they were fixed, "5x100"; null where they were not. */
  readonly pattern: string | null;
}

export const TRUTH_FILE = 'truth.json';

/** Reads the truth of a folder. Throws a Refusal that names the place and the fix when it is absent or malformed. */
export async function readTruth(folder: string): Promise<Anomaly[]> {
  const path = join(folder, TRUTH_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw refusalOf(path, error);
    throw new Refusal(
      `${folder} has no ${TRUTH_FILE}, which says what is to be found: give a folder that spyhop simulate wrote`,
      { exitCode: 2 },
    );
  }
  return parseTruth(text, path);
}

/** Anomalies of the text of a truth.json. Throws a Refusal that names `path` and the row. */
export function parseTruth(text: string, path: string): Anomaly[] {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    throw new Refusal(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!Array.isArray(rows)) throw new Refusal(`${path} is not a list of anomalies`);
  return rows.map((row: unknown, at) => anomalyOf(row, `${path}, anomaly ${at + 1}`));
}

function anomalyOf(row: unknown, where: string): Anomaly {
  if (typeof row !== 'object' || row === null) throw new Refusal(`${where} is not an object`);
  const fields = row as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value !== 'string' || value === '') throw new Refusal(`${where}: "${name}" is no text`);
    return value;
  };
  const time = (name: string): number => {
    const ms = Date.parse(text(name));
    if (Number.isNaN(ms)) throw new Refusal(`${where}: "${name}" is no time in ISO 8601`);
    return ms;
  };
  const { usualOrders } = fields;
  const beginMs = time('begin');
  const endMs = time('end');
  if (endMs < beginMs) throw new Refusal(`${where} ends before it begins`);
  return {
    kind: text('kind'),
    underlying: text('underlying'),
    contract: fields['contract'] === null ? null : text('contract'),
    beginMs,
    endMs,
    usualOrders: typeof usualOrders === 'number' && usualOrders >= 0 ? usualOrders : null,
    pattern: typeof fields['pattern'] === 'string' ? fields['pattern'] : null,
  };
}
