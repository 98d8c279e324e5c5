// The plan of an import: the files found, and what they will take of time, disk and memory, before anything is done.
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FlatFile } from '../feeds/flat-file/open.ts';
import { openFlatFile } from '../feeds/flat-file/open.ts';
import { Refusal } from '../lib/refusal.ts';
import { flatFilePaths } from '../replay/plan.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural } from './words.ts';

/** Bytes of a row in the provider's files, gzipped and plain: trades of 2026, and aggregates. */
const ROW_BYTES = { trades: { gzipped: 9.6, plain: 59 }, aggregates: { gzipped: 16, plain: 70 } } as const;
/** Bytes that deep history keeps of a print, and the database of one that is hot. */
const HISTORY_BYTES = 9;
const HOT_BYTES = 110;
/** Prints a second: into deep history, and into the database with their bars; on a machine of two busy cores. */
const HISTORY_RATE = 700_000;
const HOT_RATE = 80_000;
/** Bytes a print in memory while its day is built, and what is there without any. */
const MEMORY_BYTES = 40;
const MEMORY_BASE_MB = 250;

/** The files of an import, oldest first, and those that were found and will be left out. */
export interface ImportFiles {
  readonly files: readonly FlatFile[];
  readonly refused: readonly Refusal[];
}

/** Looks at the files that paths mean. One that cannot be read keeps no other out, and is thrown when it is alone. */
export async function lookAtFiles(paths: readonly string[]): Promise<ImportFiles> {
  const all = (await Promise.all(paths.map(flatFilePaths))).flat();
  const files: FlatFile[] = [];
  const refused: Refusal[] = [];
  for (const path of all) {
    try {
      files.push(await openFlatFile(path));
    } catch (error) {
      if (!(error instanceof Refusal) || all.length === 1) throw error;
      refused.push(error);
    }
  }
  files.sort((a, b) => (a.session.date < b.session.date ? -1 : a.session.date > b.session.date ? 1 : 0));
  return { files, refused };
}

/** What an import will take. */
export interface ImportPlan {
  readonly files: number;
  readonly firstDate: string | null;
  readonly lastDate: string | null;
  /** Bytes of the files. */
  readonly bytes: number;
  /** Estimated from the bytes. */
  readonly prints: number;
  readonly historyBytes: number;
  readonly databaseBytes: number;
  readonly seconds: number;
  readonly memoryMb: number;
  /** Free on the disk of the data directory. */
  readonly freeBytes: number;
}

/** Estimates an import. @param printsFrom first session whose prints the database keeps */
export async function planImport(
  files: readonly FlatFile[],
  dataDir: string,
  printsFrom: string,
): Promise<ImportPlan> {
  let [bytes, prints, hot, largest] = [0, 0, 0, 0];
  for (const file of files) {
    const rowBytes = file.kind === 'trades' ? ROW_BYTES.trades : ROW_BYTES.aggregates;
    const rows = file.bytesTotal / (/\.gz$/i.test(file.path) ? rowBytes.gzipped : rowBytes.plain);
    bytes += file.bytesTotal;
    largest = Math.max(largest, rows);
    if (file.kind !== 'trades') continue;
    prints += rows;
    if (file.session.date >= printsFrom) hot += rows;
  }
  return {
    files: files.length,
    firstDate: files[0]?.session.date ?? null,
    lastDate: files.at(-1)?.session.date ?? null,
    bytes,
    prints: Math.round(prints),
    historyBytes: Math.round(prints * HISTORY_BYTES),
    databaseBytes: Math.round(hot * HOT_BYTES),
    seconds: Math.round(prints / HISTORY_RATE + hot / HOT_RATE + files.length),
    memoryMb: Math.round(MEMORY_BASE_MB + (largest * MEMORY_BYTES) / 1e6),
    freeBytes: await freeBytesAt(dataDir),
  };
}

/** Free bytes of the disk that a folder lies on, or will lie on. */
async function freeBytesAt(folder: string): Promise<number> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (dirname(at) === at) throw error;
    }
  }
}

/** Bytes for people: "77.9 MB". */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

/** Tells a plan, and warns when the disk is too small for it. */
export function tellPlan(plan: ImportPlan, json: boolean, terminal: Terminal): void {
  if (json) {
    terminal.print(JSON.stringify(plan));
    return;
  }
  const days = plan.firstDate === null ? '' : `, ${plan.firstDate} to ${plan.lastDate}`;
  terminal.print(`files     ${plural(plan.files, 'file')}${days}, ${size(plan.bytes)}`);
  terminal.print(`prints    about ${count(plan.prints)}`);
  terminal.print(
    `disk      about ${size(plan.historyBytes)} of deep history, ${size(plan.databaseBytes)} in the database`,
  );
  terminal.print(`free      ${size(plan.freeBytes)}`);
  terminal.print(`memory    about ${count(plan.memoryMb)} MB, for the largest day`);
  terminal.print(`time      about ${duration(plan.seconds)}`);
  if (plan.historyBytes + plan.databaseBytes > plan.freeBytes) {
    terminal.say(
      terminal.toneErr('warn', 'the disk is too small: free some space, or choose another --data-dir'),
    );
  }
}
