// The deeds about days: sealing sessions that are over, and verifying that sums are what the prints say.
import { columnarDays, moveToColumns } from '../db/columnar.ts';
import { sealDay, unsealedDays } from '../db/seal.ts';
import { type Difference, printedDays, verifyDay } from '../db/verify.ts';
import { type Session, sessionOn } from '../domain/session.ts';
import { sealDueAt } from '../jobs/due.ts';
import { systemClock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import type { DbOptions } from './db-deeds.ts';
import { withDatabase } from './db-schema.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural } from './words.ts';

function sessionOf(date: string): Session {
  const session = sessionOn(date);
  if ('fault' in session) throw new Refusal(`--date: ${session.fault}`, { exitCode: 2 });
  return session;
}

/** `spyhop db seal [--date]`: the session given, or all that are over and not sealed yet. */
export async function sealDays(options: DbOptions, terminal: Terminal): Promise<number> {
  const date = options.date ?? null;
  const nowMs = systemClock().now();
  if (date !== null) {
    const { midnightMs, closeMs } = sessionOf(date);
    if (nowMs < midnightMs + closeMs) {
      throw new Refusal(`--date: session ${date} is not over yet: seal it after its close`, { exitCode: 2 });
    }
  }
  return withDatabase(options, async ({ db }) => {
    const dates = date === null ? await unsealedDays(db, sealDueAt(nowMs)) : [date];
    for (const one of dates) {
      const startedMs = terminal.monotonicMs();
      const prints = await sealDay(db, one);
      const seconds = (terminal.monotonicMs() - startedMs) / 1000;
      if (options.json) terminal.print(JSON.stringify({ sessionDate: one, prints, seconds }));
      else if (prints === null) terminal.print(`${one}  nothing to seal: sealed before, or no prints`);
      else terminal.print(`${one}  sealed, ${count(prints)} prints · ${duration(seconds)}`);
    }
    if (dates.length === 0 && !options.json) terminal.print('every session that is over is sealed');
    for (const one of date === null ? await columnarDays(db, sealDueAt(nowMs)) : []) {
      const prints = await moveToColumns(db, one);
      if (options.json) terminal.print(JSON.stringify({ sessionDate: one, columnarPrints: prints }));
      else
        terminal.print(
          `${one}  ${prints === null ? 'nothing to move' : `in columns, ${count(prints)} prints`}`,
        );
    }
    return 0;
  });
}

function lineOf({ table, row, column, stored, expected }: Difference): string {
  return `  ${table} ${row}: ${column} is ${stored ?? 'absent'}, the prints say ${expected ?? 'nothing'}`;
}

/** `spyhop db verify [--date]`: exit code 1 when a sum is not what the prints say. */
export async function verifyDays(options: DbOptions, terminal: Terminal): Promise<number> {
  const date = options.date ?? null;
  if (date !== null) sessionOf(date);
  return withDatabase(options, async ({ db }) => {
    let isRight = true;
    for (const one of date === null ? await printedDays(db) : [date]) {
      const verification = await verifyDay(db, one);
      const { prints, differences, more } = verification;
      if (differences.length > 0) isRight = false;
      if (options.json) {
        terminal.print(JSON.stringify(verification));
        continue;
      }
      const found = more
        ? `more than ${differences.length} differences`
        : plural(differences.length, 'difference');
      if (prints === 0) terminal.print(`${one}  no prints to compare with`);
      else if (differences.length === 0) terminal.print(`${one}  right, ${count(prints)} prints`);
      else terminal.print(`${one}  ${found}, ${count(prints)} prints`);
      for (const difference of differences) terminal.print(lineOf(difference));
    }
    return isRight ? 0 : 1;
  });
}
