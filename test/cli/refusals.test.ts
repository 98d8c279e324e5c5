// Bad input: one sentence that names the thing and the fix, exit code 1 or 2, nothing on stdout, no stack.
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { OPTIONS } from '../../src/config.ts';
import { run } from '../support/command-line.ts';
import {
  AGGREGATES,
  barRow,
  Folder,
  lines,
  MONDAY,
  nanoseconds,
  QUOTES,
  SPY,
  TRADES,
  TUESDAY,
  tradeRow,
} from '../support/flat-files.ts';

const folder = new Folder();
afterAll(() => {
  folder[Symbol.dispose]();
});

const trades = (date: string): string => lines(TRADES, tradeRow('10:00', { date }));
const quotes = lines(QUOTES, `${SPY},302,9.8,24,302,9.7,17,1,${nanoseconds(MONDAY, '10:00')}`);
const monday = folder.gzip(`${MONDAY}.csv.gz`, trades(MONDAY));
const tuesday = folder.gzip(`${TUESDAY}.csv.gz`, trades(TUESDAY));
const other = folder.gzip(`other/${MONDAY}.csv.gz`, trades(MONDAY));
const quoted = folder.gzip(`quotes/${MONDAY}.csv.gz`, quotes);
const day = folder.write(`days/${MONDAY}.csv`, lines(AGGREGATES, barRow('00:00')));
folder.write(`cut/${TUESDAY}.csv.gz`, gzipSync(trades(TUESDAY)).subarray(0, 60));
const damaged = folder.write(
  `damaged/${TUESDAY}.csv.gz`,
  Buffer.concat([gzipSync(trades(TUESDAY)), Buffer.from('junk')]),
);
const text = folder.write('notes.csv', 'Dear diary,\n');
folder.write('bare.csv', `${TRADES}\n`);
folder.write('2025-11-22.csv', trades(MONDAY));
const ADVICE = 'the first day replayed: leave it out of --history';
const empty = join(folder.path, 'empty');
mkdirSync(empty);

async function refusal(args: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  const { code, out, err } = await run(args, environment);
  expect(out).toBe('');
  expect(err).not.toMatch(/\n\s+at /);
  expect(err).toMatch(/^spyhop: [^\n]+\n$/);
  return `${code} ${err.slice('spyhop: '.length, -1).replaceAll(`${folder.path}/`, '')}`;
}

describe('the command line', () => {
  test.each<[readonly string[], string]>([
    [['replay'], '2 spyhop replay needs a PATH: a flat file or a folder of them (spyhop replay --help)'],
    [['reply'], '2 spyhop has no command "reply": did you mean replay, see spyhop --help'],
    [['replay', monday, '--facter', '3'], '2 spyhop replay has no option --facter: did you mean --factor'],
    [['replay', monday, '-f', '3'], '2 spyhop replay has no option -f: see --help'],
    [['replay', monday, '--out', 'x'], '2 spyhop replay has no option --out: see --help'],
    [['replay', monday, '--floor'], '2 --floor needs a value: --floor N'],
    [['replay', monday, '--floor', '--json'], '2 --floor needs a value: --floor N'],
    [['replay', monday, '--floor', 'ten'], '2 --floor is "ten": give a whole number from 0 to 1000000000'],
    [['replay', monday, '--floor=-1'], '2 --floor is "-1": give a whole number from 0 to 1000000000'],
    [['replay', monday, '--factor', '-1'], '2 --factor is "-1": give 10 or 2.5'],
    [['replay', monday, '--factor', '1e3'], '2 --factor is "1e3": give 10 or 2.5'],
    [
      ['replay', monday, '--factor', '0'],
      '2 factor 0 is not between 0.0001 and 10,000 with at most four decimals',
    ],
    [
      ['replay', monday, '--factor', '10001'],
      '2 factor 10001 is not between 0.0001 and 10,000 with at most four decimals',
    ],
    [
      ['replay', monday, '--detector', 'hunch'],
      '2 --detector is "hunch": give threshold or surprise or zscore or forest or sweep',
    ],
    [['replay', monday, '--json=yes'], '2 --json takes no value: leave out "yes"'],
    [['simulate'], '2 spyhop simulate needs a folder to write into: --out DIR'],
    [['simulate', 'tape'], '2 spyhop simulate takes no argument: leave out "tape"'],
    [['simulate', '--out', empty, '--until', 'yesterday'], '2 --until is "yesterday": give 2026-11-20'],
    [
      ['simulate', '--out', empty, '--until', '2025-11-31'],
      '2 --until: 2025-11-31 is not a date: write YYYY-MM-DD',
    ],
    [
      ['simulate', '--out', empty, '--until', '2031-01-06'],
      '2 --until: 2031-01-06 is outside the calendar, which covers 2014 to 2030',
    ],
    [['simulate', '--out', empty, '--days', '0'], '2 --days is "0": give a whole number from 1 to 2600'],
    [['simulate', '--out', empty, '--seed', ''], '2 --seed is "": give some text'],
    [
      ['simulate', '--out', empty, '--quotes', 'SPY'],
      '2 --quotes: "SPY" is none of none, anomalies and option tickers: ticker too short or too long',
    ],
    [['simulate', '--out', empty, '--order', 'size'], '2 --order is "size": give ticker or time'],
    [
      ['simulate', '--out', text],
      '1 notes.csv exists already: remove it or choose another name; no session is complete',
    ],
    [
      ['simulate', '--out', join(text, 'tape')],
      '1 notes.csv/tape lies under something that is not a folder: check the path; no session is complete',
    ],
  ])('%j', async (args, said) => {
    expect(await refusal(args)).toBe(said);
    expect(readdirSync(empty)).toEqual([]);
  });
});

describe('variables', () => {
  test.each<[Record<string, string>, string]>([
    [
      { SPYHOP_FLOR: '3' },
      '2 SPYHOP_FLOR is not a variable of spyhop: did you mean SPYHOP_FLOOR, or unset it',
    ],
    [{ SPYHOP_FLOOR: 'x' }, '2 SPYHOP_FLOOR is "x": give a whole number from 0 to 1000000000'],
    [{ SPYHOP_FLOOR: '' }, '2 SPYHOP_FLOOR is "": give a whole number from 0 to 1000000000'],
    [{ SPYHOP_JSON: 'maybe' }, '2 SPYHOP_JSON is "maybe": give 1 or 0'],
  ])('%j', async (environment, said) => {
    expect(await refusal(['replay', monday], environment)).toBe(said);
  });

  test('a flag wins over its variable, which need not be right then', async () => {
    expect((await run(['replay', monday, '--floor', '3'], { SPYHOP_FLOOR: 'x' })).code).toBe(0);
  });

  test('an unknown variable is refused whatever is asked', async () => {
    for (const args of [[], ['--help'], ['--version']]) {
      expect((await run(args, { SPYHOP_TYPO: '1' })).code).toBe(2);
    }
    expect((await run(['--version'], { OTHER_TYPO: '1' })).code).toBe(0);
  });
});

describe('files', () => {
  test.each<[string, readonly string[], string]>([
    ['that do not exist', ['none.csv'], '1 none.csv does not exist: check the path'],
    [
      'without a word of a tape',
      ['notes.csv'],
      '1 notes.csv is not a flat file of trades, quotes or aggregates: it begins with "Dear diary,", ' +
        `not with column names such as ${TRADES}`,
    ],
    [
      'with a header alone',
      ['bare.csv'],
      '1 bare.csv has no row that can be read: check that it is the right file',
    ],
    [
      'of a Saturday',
      ['2025-11-22.csv'],
      '1 2025-11-22.csv: 2025-11-22 is not a trading day: the US options market was closed',
    ],
    [
      'in an empty folder',
      ['empty'],
      '1 empty holds no .csv or .csv.gz file: name the folder of the flat files',
    ],
    [
      'out of order',
      [`${TUESDAY}.csv.gz`, `${MONDAY}.csv.gz`],
      `2 ${MONDAY}.csv.gz is of ${MONDAY}, before ${TUESDAY}.csv.gz: give the days in their order`,
    ],
    [
      'of one day twice',
      [`${MONDAY}.csv.gz`, `other/${MONDAY}.csv.gz`],
      `2 ${MONDAY}.csv.gz and other/${MONDAY}.csv.gz are both of ${MONDAY}: give one of them`,
    ],
    [
      'given twice',
      [`${MONDAY}.csv.gz`, `${MONDAY}.csv.gz`],
      `2 ${MONDAY}.csv.gz and ${MONDAY}.csv.gz are both of ${MONDAY}: give one of them`,
    ],
    [
      'of days',
      [`days/${MONDAY}.csv`],
      `2 days/${MONDAY}.csv holds day aggregates, which have no time of day: give it with --history`,
    ],
    [
      'of quotes alone',
      [`quotes/${MONDAY}.csv.gz`],
      '2 nothing to replay: give files of trades or minute aggregates',
    ],
    [
      'of quotes of another day',
      [`${TUESDAY}.csv.gz`, `quotes/${MONDAY}.csv.gz`],
      `2 quotes/${MONDAY}.csv.gz holds the quotes of ${MONDAY}, whose prints are not replayed: give its trades too`,
    ],
    [
      'of quotes twice',
      [`${MONDAY}.csv.gz`, `quotes/${MONDAY}.csv.gz`, `quotes/${MONDAY}.csv.gz`],
      `2 quotes/${MONDAY}.csv.gz and quotes/${MONDAY}.csv.gz are both of ${MONDAY}: give one of them`,
    ],
    [
      'cut off',
      [`cut/${TUESDAY}.csv.gz`],
      `1 cut/${TUESDAY}.csv.gz is cut off in the middle: fetch it again`,
    ],
  ])('%s', async (_title, paths, said) => {
    expect(await refusal(['replay', ...paths.map((path) => join(folder.path, path))])).toBe(said);
  });

  test('damaged beyond their first rows, after the days before them', async () => {
    const { code, out, err } = await run(['replay', monday, damaged]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/is damaged \(Z_DATA_ERROR\): fetch it again\n$/);
    expect(err).not.toContain(`${TUESDAY} 1 print`);
  });
});

describe('history', () => {
  test.each<[string, string, string]>([
    ['of the day itself', other, `2 other/${MONDAY}.csv.gz is of ${MONDAY}, not before ${MONDAY}, ${ADVICE}`],
    ['of a later day', tuesday, `2 ${TUESDAY}.csv.gz is of ${TUESDAY}, not before ${MONDAY}, ${ADVICE}`],
    [
      'of quotes',
      quoted,
      `2 quotes/${MONDAY}.csv.gz holds quotes, which say nothing of volume: leave it out`,
    ],
    ['that does not exist', join(folder.path, 'none'), '1 none does not exist: check the path'],
    ['in an empty folder', empty, '1 empty holds no .csv or .csv.gz file: name the folder of the flat files'],
  ])('%s', async (_title, path, said) => {
    expect(await refusal(['replay', monday, '--history', path])).toBe(said);
  });

  test('given twice', async () => {
    const args = ['replay', tuesday, '--history', day, '--history', monday];
    expect(await refusal(args)).toBe(
      `2 days/${MONDAY}.csv and ${MONDAY}.csv.gz are both of ${MONDAY}: give one of them`,
    );
  });
});

test('a folder is searched for files, links among them, and what is of no use is passed over in a word', async () => {
  using tape = new Folder();
  tape.gzip(`2025/11/${MONDAY}.csv.gz`, trades(MONDAY));
  tape.write(`days/${TUESDAY}.csv`, lines(AGGREGATES, barRow('00:00', { date: TUESDAY })));
  tape.write('truth.json', '[]');
  tape.write(`${TUESDAY}.csv.gz.partial`, 'half');
  symlinkSync(tuesday, join(tape.path, `${TUESDAY}.csv.gz`));
  const { code, err } = await run(['replay', tape.path]);
  expect(code).toBe(0);
  expect(
    err
      .replaceAll(tape.path, 'tape')
      .split('\n')
      .map((line) => line.split(' · ')[0]),
  ).toEqual([
    `passed over tape/days/${TUESDAY}.csv: day aggregates are not replayed`,
    `${MONDAY} 1 print`,
    `${MONDAY} had no earlier session to compare with, so nothing could be unusual: give --history`,
    `${TUESDAY} 1 print`,
    '',
  ]);
});

test('rejected rows are named by reason, lines and sample, and their bytes cannot move the cursor', async () => {
  const bad = `${SPY},209,0,312,\x1b[2Jx,${nanoseconds(MONDAY, '10:00')},1`;
  const path = folder.write(
    `junk/${MONDAY}.csv`,
    lines(TRADES, tradeRow('10:00'), bad, tradeRow('10:00', { ticker: 'O:X' })),
  );
  const { err } = await run(['replay', path]);
  expect(err.split('\n').slice(0, 2)).toEqual([
    `${path}: 1 rejected, price is not a number of dollars (line 3; "${bad.replace('\x1b', '\ufffd')}")`,
    `${path}: 1 rejected, ticker too short or too long (line 4; "O:X")`,
  ]);
  expect(err).toContain('1 print · 1 contract of 1 underlying · 0 alerts · 2 rows rejected');
});

test('every option that takes a value says in help what it takes', () => {
  for (const option of Object.values(OPTIONS)) expect('value' in option).toBe(option.type !== 'flag');
});
