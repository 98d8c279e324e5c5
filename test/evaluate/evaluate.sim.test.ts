// A small market from its seed to the table and the picture, by the command; and folders that cannot be evaluated.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/command-line.ts';
import { Folder } from '../support/flat-files.ts';

const SEED = 'small evaluation';
const DETECTORS = ['--detector', 'surprise,threshold,zscore,forest'];
const folder = new Folder();
const tape = join(folder.path, 'tape');

interface Row {
  readonly row: string;
  readonly detector: string;
  readonly which?: string;
  readonly setting: string;
  readonly by: string;
  readonly name: string;
  readonly anomalies: number;
  readonly found: number;
  readonly falsePerDay: number;
  readonly recall: number;
}

beforeAll(async () => {
  const market = ['--underlyings', '30', '--trades-per-day', '6000', '--anomalies-per-day', '25'];
  const days = ['--days', '8', '--until', '2026-11-20', '--seed', SEED];
  const { code, err } = await run(['simulate', '--out', tape, ...days, ...market]);
  if (code !== 0) throw new Error(err);
});

afterAll(() => folder[Symbol.dispose]());

describe(`detectors on a small market (seed ${SEED})`, () => {
  test('are compared at the same rate of false alerts, the same way again, with a picture', async () => {
    const out = join(folder.path, 'made', 'pictures');
    const args = ['evaluate', tape, ...DETECTORS, '--alerts-per-day', '5', '--json'];
    const first = await run([...args, '--out', out]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.err).toMatch(/2 sessions on what 6 before them teach · \d+ anomalies · \d+ settings/);
    const rows = first.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);

    const best = rows.filter(({ which, by }) => which === 'best' && by === 'all');
    expect(best.map(({ detector }) => detector).toSorted()).toEqual(
      ['surprise', 'threshold', 'zscore', 'forest'].toSorted(),
    );
    for (const { falsePerDay } of best) expect(falsePerDay).toBeLessThanOrEqual(5);
    const recallOf = (name: string): number => {
      const { found, anomalies } = best.find(({ detector }) => detector === name)!;
      return found / anomalies;
    };
    // What a model of orders is for: it finds more than counting lots, prints or minutes does.
    expect(recallOf('surprise')).toBeGreaterThan(0.5);
    for (const other of ['threshold', 'zscore', 'forest'])
      expect(recallOf('surprise')).toBeGreaterThan(recallOf(other));

    const [svg, png] = ['svg', 'png'].map((type) => readFileSync(join(out, `evaluation.${type}`)));
    expect(svg!.toString()).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(png!.subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(join(out, 'evaluation.ndjson'), 'utf8')).toBe(first.out);

    const withoutCosts = (text: string): string => text.replaceAll(/"(print|own)Micros":[\d.e-]+/g, '');
    const second = await run(args);
    expect(withoutCosts(second.out)).toBe(withoutCosts(first.out));
  });

  test('more talkative settings of surprise find no less and are false no less often', async () => {
    const told = await run(['evaluate', tape, '--detector', 'surprise', '--json']);
    const points = told.out
      .split('\n')
      .filter((line) => line.includes('"row":"point"'))
      .map((line) => JSON.parse(line) as Row)
      .map(({ setting, falsePerDay, recall }) => ({
        budget: Number(setting.split(' ')[1]),
        falsePerDay,
        recall,
      }))
      .toSorted((a, b) => a.budget - b.budget);
    expect(points.at(-1)!.recall).toBeGreaterThan(points[0]!.recall);
    expect(points.at(-1)!.falsePerDay).toBeGreaterThan(points[0]!.falsePerDay);
  });

  test('are shown to people as one table', async () => {
    const { out, code } = await run(['evaluate', tape, '--detector', 'threshold,zscore']);
    expect(code).toBe(0);
    const [head, ...lines] = out.trimEnd().split('\n');
    expect(head).toMatch(/^at most 20 false alerts a day +anomalies +threshold +zscore$/);
    for (const name of ['recall by kind', 'recall by rate of the contract', '  steady burst', '  setting'])
      expect(lines.some((line) => line.startsWith(name))).toBe(true);
  });
});

describe('a folder that cannot be evaluated', () => {
  test('is refused with what to do', async () => {
    const bare = join(folder.path, 'bare');
    mkdirSync(bare);
    expect(await run(['evaluate', bare])).toMatchObject({
      code: 2,
      err: expect.stringContaining('bare has no truth.json, which says what is to be found') as string,
    });
    writeFileSync(join(bare, 'truth.json'), '[]');
    expect(await run(['evaluate', bare])).toMatchObject({
      code: 1,
      err: expect.stringContaining('holds no .csv or .csv.gz file') as string,
    });
    expect(await run(['evaluate', join(folder.path, 'nowhere')])).toMatchObject({ code: 2 });
    expect(await run(['evaluate'])).toMatchObject({ code: 2 });
    expect(await run(['evaluate', tape, bare])).toMatchObject({ code: 2 });
  });

  test('is one whose truth tells of other days', async () => {
    const { code, err } = await run(['evaluate', tape, '--history', join(tape, '2026-11-11.csv.gz')]);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('2026-11-11') as string });
  });
});
