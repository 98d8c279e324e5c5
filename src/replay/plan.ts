// The plan of a replay: which files the given paths mean, of which days and kinds, checked before any is read whole.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BASELINE_SESSIONS } from '../domain/baseline.ts';
import { sessionsBefore } from '../domain/session.ts';
import { type FlatFile, openFlatFile } from '../feeds/flat-file/open.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { type JournalDay, journalsIn } from './journal.ts';
import type { ReplayDay, ReplayPlan } from './run.ts';

/** A file, and whether the user named it or a folder that holds it. */
interface NamedFile {
  readonly file: FlatFile;
  readonly named: boolean;
}

/** Files that were found but are not used, with the reason. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

async function pathsIn(path: string): Promise<readonly string[] | null> {
  try {
    if (!(await stat(path)).isDirectory()) return null;
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries.filter(
      (entry) => (entry.isFile() || entry.isSymbolicLink()) && /\.csv(\.gz)?$/i.test(entry.name),
    );
    return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** The files a path means: itself, or the .csv and .csv.gz files in a folder. Throws a Refusal when there is none. */
export async function flatFilePaths(path: string): Promise<readonly string[]> {
  const inside = await pathsIn(path);
  if (inside?.length === 0) {
    throw new Refusal(`${path} holds no .csv or .csv.gz file: name the folder of the flat files`);
  }
  return inside ?? [path];
}

/** Opens what the paths mean: files as given, folders as the .csv and .csv.gz files in them, by day. */
async function openAll(paths: readonly string[]): Promise<NamedFile[]> {
  const all: NamedFile[] = [];
  for (const path of paths) {
    const files: FlatFile[] = [];
    for (const inside of await flatFilePaths(path)) files.push(await openFlatFile(inside));
    if (files[0]?.path === path) {
      all.push({ file: files[0], named: true });
      continue;
    }
    files.sort((a, b) => (a.session.date < b.session.date ? -1 : a.session.date > b.session.date ? 1 : 0));
    all.push(...files.map((file) => ({ file, named: false })));
  }
  return all;
}

function requireRising(files: readonly FlatFile[]): void {
  for (let i = 1; i < files.length; i++) {
    const before = files[i - 1]!;
    const file = files[i]!;
    if (file.session.date === before.session.date) {
      throw new Refusal(
        `${before.path} and ${file.path} are both of ${file.session.date}: give one of them`,
        {
          exitCode: 2,
        },
      );
    }
    if (file.session.date < before.session.date) {
      const message = `${file.path} is of ${file.session.date}, before ${before.path}: give the days in their order`;
      throw new Refusal(message, { exitCode: 2 });
    }
  }
}

/**
 * Makes the plan. Refuses days out of order, a day given twice, files that cannot be replayed, and history that is
 * named but not before the first day; files of a folder that are of no use are skipped and reported.
 * Quotes are replayed with the prints of their day.
 */
export async function planReplay(
  paths: readonly string[],
  historyPaths: readonly string[],
): Promise<{ readonly plan: ReplayPlan; readonly skipped: readonly SkippedFile[] }> {
  const skipped: SkippedFile[] = [];
  const journals = await journalsOf(paths);
  if (journals.length > 0) {
    const history = chooseHistory(await openAll(historyPaths), journals[0]!.date, skipped);
    return { plan: { days: [], journals, history }, skipped };
  }
  const tapes: FlatFile[] = [];
  const quotes = new Map<string, NamedFile>();
  for (const found of await openAll(paths)) {
    const { file, named } = found;
    if (file.kind === 'trades' || file.kind === 'minute aggregates') tapes.push(file);
    else if (file.kind === 'quotes') addQuotes(quotes, found);
    else if (named) throw new Refusal(unreplayable(file), { exitCode: 2 });
    else skipped.push({ path: file.path, reason: `${file.kind} are not replayed` });
  }
  const [first] = tapes;
  if (first === undefined) {
    throw new Refusal('nothing to replay: give files of trades or minute aggregates', { exitCode: 2 });
  }
  requireRising(tapes);
  const days = tapes.map((tape) => ({ tape, quotes: quotes.get(tape.session.date)?.file ?? null }));
  checkQuotesUsed(quotes, days, skipped);
  const history = chooseHistory(await openAll(historyPaths), first.session.date, skipped);
  return { plan: { days, history }, skipped };
}

function addQuotes(quotes: Map<string, NamedFile>, found: NamedFile): void {
  const { date } = found.file.session;
  const other = quotes.get(date);
  if (other !== undefined) requireRising([other.file, found.file]);
  quotes.set(date, found);
}

/** Quotes of a day whose prints are not replayed are of no use. */
function checkQuotesUsed(
  quotes: ReadonlyMap<string, NamedFile>,
  days: readonly ReplayDay[],
  skipped: SkippedFile[],
): void {
  const dates = new Set(days.map(({ tape }) => tape.session.date));
  for (const [date, { file, named }] of quotes) {
    if (dates.has(date)) continue;
    const message = `${file.path} holds the quotes of ${date}, whose prints are not replayed: give its trades too`;
    if (named) throw new Refusal(message, { exitCode: 2 });
    skipped.push({ path: file.path, reason: `the prints of ${date} are not replayed` });
  }
}

function unreplayable(file: FlatFile): string {
  return `${file.path} holds ${file.kind}, which have no time of day: give it with --history`;
}

/** The journals that the paths mean, none when they mean flat files. Refuses both at once, and days out of order. */
async function journalsOf(paths: readonly string[]): Promise<JournalDay[]> {
  const found = await Promise.all(paths.map(journalsIn));
  const files = paths.find((_path, place) => found[place] === null);
  const journals = found.flatMap((days) => days ?? []);
  if (journals.length === 0) return [];
  if (files !== undefined) {
    throw new Refusal(`${files} is no journal: replay flat files and journals one after the other`, {
      exitCode: 2,
    });
  }
  for (const [place, { date }] of journals.entries()) {
    if (place > 0 && date <= journals[place - 1]!.date) {
      throw new Refusal(`the journal of ${date} comes twice or too late: give the days in their order`, {
        exitCode: 2,
      });
    }
  }
  return journals;
}

function chooseHistory(files: readonly NamedFile[], firstDate: string, skipped: SkippedFile[]): FlatFile[] {
  const [oldest = firstDate] = sessionsBefore(firstDate, BASELINE_SESSIONS);
  const chosen: FlatFile[] = [];
  for (const { file, named } of files) {
    const { date } = file.session;
    if (file.kind === 'quotes') {
      if (named)
        throw new Refusal(`${file.path} holds quotes, which say nothing of volume: leave it out`, {
          exitCode: 2,
        });
      skipped.push({ path: file.path, reason: 'quotes say nothing of volume' });
    } else if (date >= firstDate) {
      const message =
        `${file.path} is of ${date}, not before ${firstDate}, the first day replayed: ` +
        'leave it out of --history';
      if (named) throw new Refusal(message, { exitCode: 2 });
      skipped.push({ path: file.path, reason: `not before ${firstDate}, the first day replayed` });
    } else if (date < oldest) {
      skipped.push({
        path: file.path,
        reason: `more than ${BASELINE_SESSIONS} sessions before ${firstDate}`,
      });
    } else chosen.push(file);
  }
  requireRising(chosen);
  return chosen;
}
