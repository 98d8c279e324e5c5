// Command `simulate`: files that replay can read, whole or not there at all, and one sentence for what cannot be done.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, start } from '../support/command-line.ts';
import { Folder } from '../support/flat-files.ts';

const SMALL = ['--until', '2025-11-26', '--underlyings', '5', '--trades-per-day', '300', '--seed', '7'];

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();
}

describe('a simulated market', () => {
  test('is written as a file a session and the truth, and replayed as it stands', async () => {
    using folder = new Folder();
    const out = join(folder.path, 'made', 'on the way');
    const written = await run(['simulate', '--out', out, '--days', '2', '--quotes', 'anomalies', ...SMALL]);
    expect(written).toMatchObject({ code: 0, out: '' });
    expect(written.err).toMatch(/^2 sessions, 2025-11-25 to 2025-11-26 · [\d,]+ prints · \d+ anomal/);
    expect(filesIn(out)).toEqual([
      '2025-11-25.csv.gz',
      '2025-11-26.csv.gz',
      'quotes',
      'quotes/2025-11-25.csv.gz',
      'quotes/2025-11-26.csv.gz',
      'truth.json',
    ]);
    const replayed = await run(['replay', out, '--factor', '1', '--floor', '1', '--json']);
    expect(replayed.code).toBe(0);
    expect(replayed.err).toMatch(/ · 0 rows rejected · [\d,]+ quotes · /);
    const alerts = replayed.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { direction: string });
    expect(alerts.some(({ direction }) => direction !== 'unknown')).toBe(true);
  });

  test('of which nobody is quoted has no file of quotes, and replays', async () => {
    using folder = new Folder();
    const args = ['simulate', '--out', folder.path, ...SMALL, '--quotes'];
    await run([...args, 'anomalies']);
    expect((await run([...args, 'O:ZZZZ251219C00001000'])).code).toBe(0);
    expect(filesIn(folder.path)).toEqual(['2025-11-26.csv.gz', 'quotes', 'truth.json']);
    expect((await run(['replay', folder.path])).code).toBe(0);
  });

  test('tells each session as a line of JSON where it is asked to', async () => {
    using folder = new Folder();
    const { out } = await run(['simulate', '--out', folder.path, '--days', '2', '--json', ...SMALL]);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { date: '2025-11-25', day: 1, days: 2 },
      { date: '2025-11-26', day: 2, days: 2 },
    ]);
  });

  test('ends with the session before a day that is none', async () => {
    using folder = new Folder();
    const { err } = await run(['simulate', '--out', folder.path, ...SMALL, '--until', '2025-11-30']);
    expect(err).toMatch(/^1 session, 2025-11-28 to 2025-11-28 · /);
  });

  test('longer than the calendar is refused, and nothing is written', async () => {
    using folder = new Folder();
    const out = join(folder.path, 'tape');
    const { code, err } = await run([
      'simulate',
      '--out',
      out,
      ...SMALL,
      '--until',
      '2014-01-10',
      '--days',
      '30',
    ]);
    expect([code, err]).toEqual([
      2,
      'spyhop: the calendar has 7 sessions up to 2014-01-10, not 30: ask for fewer\n',
    ]);
    expect(filesIn(folder.path)).toEqual([]);
  });
});

test('an interrupted run leaves whole sessions and their truth, and says which', async () => {
  using folder = new Folder();
  const args = [
    'simulate',
    '--out',
    folder.path,
    '--days',
    '400',
    '--json',
    '--seed',
    '7',
    '--underlyings',
    '20',
  ];
  let interrupted = false;
  const { code, out, err } = await start([...args, '--trades-per-day', '3000', '--until', '2025-11-26'], {
    onOut(said, child) {
      if (interrupted || said.split('\n').length < 3) return;
      interrupted = true;
      child.kill('SIGINT');
    },
  });
  expect(code).toBe(1);
  const dates = out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { date: string }).date);
  expect(err).toBe(`spyhop: interrupted; ${dates[0]} to ${dates.at(-1)} are complete\n`);
  expect(filesIn(folder.path)).toEqual([...dates.map((date) => `${date}.csv.gz`), 'truth.json']);
  const truth = JSON.parse(readFileSync(join(folder.path, 'truth.json'), 'utf8')) as Array<{ begin: string }>;
  expect(new Set(truth.map(({ begin }) => begin.slice(0, 10))).difference(new Set(dates)).size).toBe(0);
});
