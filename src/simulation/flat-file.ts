// Writes a simulated market as the provider's flat files, one a session, with the truth beside them.
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { makeFolder } from '../lib/make-folder.ts';
import { type Session, sessionOn, sessionsBefore } from '../domain/session.ts';
import type { AnomalyKind } from './anomaly-scene.ts';
import { createMarket, type MarketDay, type MarketSettings } from './market.ts';
import { quoteRows, type RowOrder, tradeRows } from './tape-rows.ts';

/** What to write and where. */
export interface TapeSettings extends MarketSettings {
  /** Folder for `YYYY-MM-DD.csv.gz`, `truth.json` and `quotes/`; made when absent. */
  readonly outDir: string;
  /** Sessions to write. */
  readonly days: number;
  /** New York date of the last session; when it is none, the last session before it. */
  readonly until: string;
  readonly order: RowOrder;
  /** Whose quotes to write: nobody's, those of contracts with an anomaly, or of these tickers. */
  readonly quotes: 'none' | 'anomalies' | readonly string[];
}

/** How far a run is, told after every session. */
export interface TapeProgress {
  /** New York date of the session just completed. */
  readonly date: string;
  /** Sessions complete, of `daysTotal`. */
  readonly day: number;
  readonly daysTotal: number;
  /** Prints written so far. */
  readonly prints: number;
}

/** What a run left. */
export interface TapeWritten {
  /** New York dates of the complete sessions. */
  readonly dates: readonly string[];
  readonly prints: number;
  readonly anomalies: number;
}

/** One line of truth.json: times in ISO 8601 UTC. */
export interface TruthRow {
  readonly contract: string | null;
  readonly underlying: string;
  readonly begin: string;
  readonly end: string;
  readonly kind: AnomalyKind;
  readonly prints: number;
  /** Contracts traded in it. */
  readonly contracts: number;
  /** Different contracts it touches: 1 unless it takes the underlying. */
  readonly contractsTouched: number;
  /** Parent orders expected of the contract (of the underlying's class when contract is null) on an ordinary day. */
  readonly usualOrders: number;
  /** Orders and lots where they were fixed beforehand, "5x100"; null where they were drawn. */
  readonly pattern: string | null;
}

/** A run that ended early; what it had completed stands, and nothing half-written bears a final name. */
export class TapeInterrupted extends Error {
  override readonly name = 'TapeInterrupted';
  /** New York dates of the sessions whose files are complete. */
  readonly dates: readonly string[];

  constructor(dates: readonly string[], daysTotal: number, failedOn: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const range = dates.length === 0 ? 'none' : `${dates[0]!} to ${dates.at(-1)!}`;
    const complete = `${dates.length} of ${daysTotal} sessions are complete (${range})`;
    super(`writing ${failedOn} failed: ${why}; ${complete}`, {
      cause,
    });
    this.dates = dates;
  }
}

/** Ending of files that are being written. */
const PARTIAL = '.partial';
/**
 * Gzip as the provider's files have it; the memory level is the highest, which costs 256 KB and saves time.
 */
const GZIP = { level: 6, memLevel: 9, chunkSize: 1 << 18 } as const;

/**
 * Writes the last `days` sessions up to `until`. Equal settings give equal bytes.
 * Throws RangeError for settings that make no sense, {@link TapeInterrupted} when writing fails or `signal`
 * aborts.
 */
export async function writeTape(
  settings: TapeSettings,
  onProgress: (progress: TapeProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<TapeWritten> {
  const dates = sessionDates(settings.days, settings.until);
  const market = createMarket(settings);
  const truth: TruthRow[] = [];
  const complete: string[] = [];
  let prints = 0;
  for (const date of dates) {
    try {
      if (complete.length === 0) await prepare(settings);
      signal?.throwIfAborted();
      const day = market.day(date);
      await writeDay(settings, day, signal);
      truth.push(...truthRows(day));
      await replaceFile(join(settings.outDir, 'truth.json'), `${JSON.stringify(truth, null, 2)}\n`);
      prints += day.length;
      complete.push(date);
    } catch (cause) {
      throw new TapeInterrupted(complete, dates.length, date, cause);
    }
    onProgress({ date, day: complete.length, daysTotal: dates.length, prints });
  }
  return { dates: complete, prints, anomalies: truth.length };
}

/** The last `days` session dates up to and including `until`, oldest first. */
export function sessionDates(days: number, until: string): string[] {
  if (!Number.isInteger(days) || days < 1)
    throw new RangeError(`${days} is not a number of sessions: write 1 or more`);
  const open = !('fault' in sessionOn(until));
  const dates = sessionsBefore(until, open ? days - 1 : days);
  if (open) dates.push(until);
  if (dates.length < days) {
    throw new RangeError(
      `the calendar has ${dates.length} sessions up to ${until}, not ${days}: ask for fewer`,
    );
  }
  return dates;
}

/** The truth of a day as rows of truth.json, in the order the anomalies begin. */
export function truthRows({ truth, session }: MarketDay): TruthRow[] {
  return [...truth]
    .sort((a, b) => a.beginMs - b.beginMs)
    .map((one) => ({
      contract: one.contract,
      underlying: one.underlying,
      begin: isoTime(session, one.beginMs),
      end: isoTime(session, one.endMs),
      kind: one.kind,
      prints: one.prints,
      contracts: one.volume,
      contractsTouched: one.contracts,
      usualOrders: Number(one.usualOrders.toPrecision(4)),
      pattern: one.pattern,
    }));
}

function isoTime(session: Session, atMs: number): string {
  return new Date(session.midnightMs + atMs).toISOString();
}

/** Makes the folders and removes what an earlier run that was killed left unfinished. */
async function prepare({ outDir, quotes }: TapeSettings): Promise<void> {
  makeFolder(quotes === 'none' ? outDir : join(outDir, 'quotes'));
  for (const folder of quotes === 'none' ? [outDir] : [outDir, join(outDir, 'quotes')]) {
    for (const name of await readdir(folder)) {
      if (name.endsWith(PARTIAL)) await rm(join(folder, name), { force: true });
    }
  }
}

async function writeDay(
  settings: TapeSettings,
  day: MarketDay,
  signal: AbortSignal | undefined,
): Promise<void> {
  const name = `${day.session.date}.csv.gz`;
  // Quotes first: a session counts as complete when its trades are there.
  if (settings.quotes !== 'none') {
    const path = join(settings.outDir, 'quotes', name);
    const contracts = quotedContracts(settings.quotes, day);
    // A file without a row is no flat file to its readers, and one of an earlier run would be of another market.
    if (contracts.length === 0) await rm(path, { force: true });
    else await writeGzip(path, quoteRows(day, contracts), signal);
  }
  await writeGzip(join(settings.outDir, name), tradeRows(day, settings.order), signal);
}

/** Numbers of the contracts to quote, ascending. */
function quotedContracts(quotes: 'anomalies' | readonly string[], day: MarketDay): number[] {
  const tickers = quotes === 'anomalies' ? day.truth.flatMap(({ contract }) => contract ?? []) : quotes;
  const numbers = new Set(tickers.map((ticker) => day.contracts.find(ticker)));
  return [...numbers].filter((number) => number >= 0).sort((a, b) => a - b);
}

async function writeGzip(
  path: string,
  chunks: Iterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const partial = path + PARTIAL;
  try {
    const source = Readable.from(chunks, { objectMode: true, highWaterMark: 2 });
    const sink = createWriteStream(partial);
    await (signal === undefined
      ? pipeline(source, createGzip(GZIP), sink)
      : pipeline(source, createGzip(GZIP), sink, { signal }));
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const partial = path + PARTIAL;
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause;
  }
}
