// Simulated flat files: the provider's layout to the byte, equal runs, and runs that end early.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  TapeInterrupted,
  type TapeSettings,
  type TruthRow,
  writeTape,
} from '../../src/simulation/flat-file.ts';

let outDir: string;
beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'tape-'));
});
afterEach(() => rm(outDir, { recursive: true }));

function settings(changes: Partial<TapeSettings> = {}): TapeSettings {
  return {
    outDir,
    days: 2,
    until: '2026-11-22',
    seed: 'flat',
    underlyings: 20,
    tradesPerDay: 2_000,
    anomaliesPerDay: 4,
    order: 'ticker',
    quotes: 'none',
    ...changes,
  };
}

async function rowsOf(...path: string[]): Promise<string[]> {
  const text = gunzipSync(await readFile(join(outDir, ...path))).toString('latin1');
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

describe('a written tape', () => {
  test('has one file a session, up to the last session before a Sunday', async () => {
    const heard: string[] = [];
    const written = await writeTape(settings(), ({ date, day, daysTotal }) =>
      heard.push(`${date} ${day}/${daysTotal}`),
    );
    expect(written.dates).toEqual(['2026-11-19', '2026-11-20']);
    expect(heard).toEqual(['2026-11-19 1/2', '2026-11-20 2/2']);
    expect((await readdir(outDir)).sort()).toEqual(['2026-11-19.csv.gz', '2026-11-20.csv.gz', 'truth.json']);
  });

  test('is in the provider’s layout, by ticker and then by time', async () => {
    const { prints } = await writeTape(settings({ days: 1 }));
    const [header, ...rows] = await rowsOf('2026-11-20.csv.gz');
    expect(header).toBe('ticker,conditions,correction,exchange,price,sip_timestamp,size');
    expect(rows.length).toBe(prints);
    const row = /^O:[A-Z]+\d?\d{6}[CP]\d{8},2\d\d,0,3\d\d,\d+(\.\d{0,3}[1-9])?,\d{13}000000,[1-9]\d*$/;
    let before = '';
    for (const text of rows) {
      expect(text).toMatch(row);
      const [ticker = '', , , , , time = ''] = text.split(',');
      const key = `${ticker} ${time}`;
      expect(before <= key).toBe(true);
      before = key;
    }
  });

  test('may be ordered by time', async () => {
    await writeTape(settings({ days: 1, order: 'time' }));
    const times = (await rowsOf('2026-11-20.csv.gz')).slice(1).map((row) => row.split(',')[5]!);
    expect(times).toEqual(times.toSorted());
    await writeTape(settings({ days: 1 }));
    const again = (await rowsOf('2026-11-20.csv.gz')).slice(1).map((row) => row.split(',')[5]!);
    expect(again.toSorted()).toEqual(times);
  });

  test('is the same bytes again for the same settings', async () => {
    const read = (): Promise<Buffer[]> =>
      Promise.all(
        ['2026-11-20.csv.gz', 'quotes/2026-11-20.csv.gz', 'truth.json'].map((name) =>
          readFile(join(outDir, name)),
        ),
      );
    await writeTape(settings({ quotes: 'anomalies' }));
    const first = await read();
    await writeTape(settings({ quotes: 'anomalies' }));
    expect((await read()).map((bytes) => bytes.toString('hex'))).toEqual(
      first.map((bytes) => bytes.toString('hex')),
    );
    // Bytes 4 to 7 of a gzip file are a time of modification.
    expect(first[0]!.readUInt32LE(4)).toBe(0);
  });

  test('carries the quotes of the tickers asked for', async () => {
    await writeTape(settings({ days: 1 }));
    const traded = (await rowsOf('2026-11-20.csv.gz')).slice(1).map((row) => row.split(',')[0]!);
    await writeTape(settings({ days: 1, quotes: [traded.at(-1)!, traded[0]!, 'O:NONE261120C00001000'] }));
    const [header, ...rows] = await rowsOf('quotes', '2026-11-20.csv.gz');
    expect(header).toBe(
      'ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp',
    );
    expect(new Set(rows.map((row) => row.split(',')[0]))).toEqual(new Set([traded[0], traded.at(-1)]));
    expect(rows.every((row) => /^O:[^,]+,3\d\d,[\d.]+,\d+,(3\d\d|0),[\d.]+,\d+,\d+,\d{19}$/.test(row))).toBe(
      true,
    );
  });

  test('tells the truth of all its days, with times in UTC', async () => {
    const { anomalies } = await writeTape(settings({ days: 3 }));
    const truth = JSON.parse(await readFile(join(outDir, 'truth.json'), 'utf8')) as TruthRow[];
    expect(truth.length).toBe(anomalies);
    expect(truth.length).toBeGreaterThan(3);
    for (const { begin, end, contract, kind } of truth) {
      expect(begin).toMatch(/^2026-11-\d\dT(1[4-9]|2[01]):\d\d:\d\d\.\d{3}Z$/);
      expect(end >= begin).toBe(true);
      expect(contract === null).toBe(kind === 'news');
    }
  });
});

describe('a run that ends early', () => {
  test('when it is stopped: the complete days stand, and no half file bears a final name', async () => {
    const stop = new AbortController();
    const run = writeTape(settings({ days: 4 }), ({ day }) => day === 2 && stop.abort(), stop.signal);
    await expect(run).rejects.toThrow(/2 of 4 sessions are complete \(2026-11-17 to 2026-11-18\)/);
    expect((await readdir(outDir)).sort()).toEqual(['2026-11-17.csv.gz', '2026-11-18.csv.gz', 'truth.json']);
    const truth = JSON.parse(await readFile(join(outDir, 'truth.json'), 'utf8')) as TruthRow[];
    expect(truth.every(({ begin }) => begin < '2026-11-19')).toBe(true);
  });

  test('when the disk refuses: the error names the day and those that are complete', async () => {
    // A folder in the place of the second file makes its renaming fail.
    await mkdir(join(outDir, '2026-11-20.csv.gz', 'full'), { recursive: true });
    const error: unknown = await writeTape(settings()).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TapeInterrupted);
    expect((error as TapeInterrupted).dates).toEqual(['2026-11-19']);
    expect((error as Error).message).toMatch(/^writing 2026-11-20 failed/);
    expect((await readdir(outDir)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('refuses a number of days that is none', async () => {
    await expect(writeTape(settings({ days: 0 }))).rejects.toThrow('0 is not a number of sessions');
  });
});
