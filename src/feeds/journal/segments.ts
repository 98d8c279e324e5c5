// The files of the journal: a folder a session, numbered segments in it, and how long they are kept.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { refusalOf } from '../../lib/refusal.ts';

const SEGMENT = /^(\d{6})\.journal$/;
const SESSION = /^\d{4}-\d\d-\d\d$/;

/** Folder of a session's journal. */
export function sessionFolder(directory: string, date: string): string {
  return join(directory, date);
}

/** File of a segment (from 1). */
export function segmentPath(directory: string, date: string, segment: number): string {
  return join(sessionFolder(directory, date), `${String(segment).padStart(6, '0')}.journal`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw refusalOf(folder, error);
  }
}

/** Numbers of a session's segments, ascending; none when it has no journal. Throws a Refusal when it cannot look. */
export async function segmentsOf(directory: string, date: string): Promise<number[]> {
  const names = await namesIn(sessionFolder(directory, date));
  return names.flatMap((name) => SEGMENT.exec(name)?.slice(1).map(Number) ?? []).toSorted((a, b) => a - b);
}

/** Dates that have a journal, ascending. Throws a Refusal when it cannot look. */
export async function journaledSessions(directory: string): Promise<string[]> {
  return (await namesIn(directory)).filter((name) => SESSION.test(name)).toSorted();
}

/** Makes the folder of a session. Throws a Refusal when it cannot. */
export async function makeSessionFolder(directory: string, date: string): Promise<void> {
  const folder = sessionFolder(directory, date);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw refusalOf(folder, error);
  }
}

/** Deletes all journals but those of the latest `keep` sessions; returns the dates deleted. Throws a Refusal. */
export async function dropOldSessions(directory: string, keep: number): Promise<string[]> {
  const dates = await journaledSessions(directory);
  const old = dates.slice(0, Math.max(0, dates.length - keep));
  for (const date of old) {
    const folder = sessionFolder(directory, date);
    try {
      await rm(folder, { recursive: true });
    } catch (error) {
      throw refusalOf(folder, error);
    }
  }
  return old;
}
