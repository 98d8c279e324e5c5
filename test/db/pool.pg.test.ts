// The pool: exact numbers, dates as text, transactions whole or not at all, readers that cannot write or dawdle.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import { isPassing } from '../../src/db/sqlstate.ts';
import { cloneDatabase, open, type TestDatabase } from '../support/database.ts';

describe('the pool', () => {
  let clone: TestDatabase;
  let reader: Database;
  beforeAll(async () => {
    clone = await cloneDatabase();
    reader = openDatabase({ url: clone.url, connectionsMax: 2, statementMsMax: 200, readOnly: true });
    await clone.db.change('create table number (n int primary key)');
  });
  afterAll(async () => {
    await reader.close();
    await clone[Symbol.asyncDispose]();
  });

  it('gives int8 as a number while that is exact, and as text beyond', async () => {
    expect(
      await clone.db.rows('select 9007199254740991::bigint as exact, 9007199254740993::bigint as beyond'),
    ).toEqual([{ exact: 9_007_199_254_740_991, beyond: '9007199254740993' }]);
  });

  it('gives dates as they are written, whatever the time zone of the machine', async () => {
    expect(
      await clone.db.rows("select '2026-11-20'::date as day, '{2026-11-20,2026-11-23}'::date[] as days"),
    ).toEqual([{ day: '2026-11-20', days: ['2026-11-20', '2026-11-23'] }]);
  });

  it('keeps nothing of a transaction that fails, and goes on', async () => {
    await expect(
      clone.db.transaction(async (transaction) => {
        await transaction.change('insert into number values (1)');
        await transaction.change('insert into number values (1)');
      }),
    ).rejects.toThrow(/duplicate key/);
    expect(await clone.db.rows('select from number')).toEqual([]);
  });

  it('tells a lost connection from a wrong statement, and connects anew', async () => {
    const other = open(clone.url);
    const lost = other.transaction(async (transaction) => {
      const [row] = await transaction.rows<{ pid: number }>('select pg_backend_pid() as pid');
      await clone.db.rows('select pg_terminate_backend($1)', [row!.pid]);
      await transaction.rows('select pg_sleep(1)');
    });
    expect(isPassing(await lost.catch((error: unknown) => error))).toBe(true);
    expect(isPassing(await other.rows('select nonsense').catch((error: unknown) => error))).toBe(false);
    expect(await other.rows('select 1 as one')).toEqual([{ one: 1 }]);
    await other.close();
  });

  it('lets a reader neither write nor dawdle', async () => {
    await expect(reader.change('insert into number values (7)')).rejects.toThrow(/read-only transaction/);
    await expect(reader.rows('select pg_sleep(5)')).rejects.toThrow(/statement timeout/);
    expect(await reader.rows('select 1 as one')).toEqual([{ one: 1 }]);
  });
});
