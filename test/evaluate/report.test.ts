// What an evaluation looks like: groups and their figures, the table, records for machines, the picture.
import { describe, expect, test } from 'vitest';
import type { Evaluation, Outcome } from '../../src/evaluate/evaluation.ts';
import { figuresOf, type Group, groupsOf } from '../../src/evaluate/groups.ts';
import { frontierOf, pictureOf } from '../../src/evaluate/picture.ts';
import { pngOf } from '../../src/evaluate/png.ts';
import { defaultSetting } from '../../src/evaluate/sweep.ts';
import { recordsOf, tableOf } from '../../src/evaluate/table.ts';
import type { Anomaly } from '../../src/evaluate/truth.ts';

const MINUTE_MS = 60_000;

function anomaly(fields: Partial<Anomaly>): Anomaly {
  const contract = 'O:AAPL261218C00250000';
  const base = { kind: 'burst', underlying: 'AAPL', contract, beginMs: 0, endMs: 600_000 };
  return { ...base, usualOrders: 1, pattern: null, ...fields };
}

/** Twenty contracts of 1 to 20 orders a day, the first three with fixed lots. */
const ANOMALIES = Array.from({ length: 20 }, (_, at) =>
  anomaly({
    usualOrders: at + 1,
    ...(at < 3 ? { kind: 'controlled lots', pattern: '5x100' } : {}),
    ...(at === 19 ? { kind: 'controlled lots', pattern: '5x100' } : {}),
  }),
);

describe('groups', () => {
  const groups = groupsOf(ANOMALIES);
  const named = (name: string): Group => groups.find((group) => group.name === name)!;

  test('are all, kinds, fixed lots in quiet contracts, and tenths by rate, in this order', () => {
    expect(groups.map(({ by }) => by)).toEqual([
      'all',
      'kind',
      'kind',
      'lots',
      ...Array.from({ length: 10 }, () => 'rate'),
    ]);
    expect(named('burst').members.length).toBe(16);
    expect(named('5 x 100 lots, quiet contract').members).toEqual([0, 1, 2]);
    expect(named('1 to 2 orders a day').members).toEqual([0, 1]);
    expect(named('19 to 20 orders a day').members).toEqual([18, 19]);
  });

  test('leave out what has no rate', () => {
    const news = anomaly({ kind: 'news', contract: null });
    expect(groupsOf([news]).map(({ name }) => name)).toEqual(['all', 'news']);
  });

  test('have a recall, and the mean and the median delay of what was found', () => {
    const delays = [null, 4 * MINUTE_MS, MINUTE_MS, MINUTE_MS, 0];
    const group: Group = { by: 'all', name: 'all', members: [0, 1, 2, 3, 4] };
    expect(figuresOf(group, delays)).toEqual({
      anomalies: 5,
      found: 4,
      delayMeanMs: 1.5 * MINUTE_MS,
      delayMedianMs: MINUTE_MS,
    });
    expect(figuresOf({ ...group, members: [0] }, delays)).toMatchObject({ found: 0, delayMeanMs: null });
  });
});

/** Finds all anomalies but the first `missed`, each after so many minutes. */
function outcome(
  detector: 'surprise' | 'zscore',
  falsePerDay: number,
  missed: number,
  minutes: number,
): Outcome {
  const delays = ANOMALIES.map((_, at) => (at < missed ? null : minutes * MINUTE_MS));
  const recall = 1 - missed / ANOMALIES.length;
  const groups = groupsOf(ANOMALIES).map((group) => figuresOf(group, delays));
  return {
    setting: defaultSetting(detector, 20),
    alertsPerDay: falsePerDay + 2,
    falsePerDay,
    recall,
    groups,
  };
}

const GOOD = outcome('surprise', 12, 0, 2);
const EVALUATION: Evaluation = {
  sessions: 10,
  historySessions: 30,
  anomalies: ANOMALIES.length,
  falsePerDayMax: 20,
  groups: groupsOf(ANOMALIES),
  detectors: [
    {
      detector: 'surprise',
      curve: [outcome('surprise', 0, 10, 3), GOOD, outcome('surprise', 90, 0, 1)],
      best: GOOD,
      byDefault: GOOD,
      printMicros: 0.9,
      ownMicros: 0.25,
    },
    {
      detector: 'zscore',
      curve: [outcome('zscore', 4_000, 5, 30)],
      best: null,
      byDefault: outcome('zscore', 4_000, 5, 30),
      printMicros: 0.7,
      ownMicros: 0.05,
    },
  ],
};

describe('the table', () => {
  const lines = tableOf(EVALUATION);
  const line = (start: string): string[] =>
    lines
      .find((text) => text.startsWith(start))!
      .split(/ {2,}/)
      .filter((cell) => cell !== '');

  test('has a column a detector, and says of each group how much was found', () => {
    expect(line('at most 20')).toEqual(['at most 20 false alerts a day', 'anomalies', 'surprise', 'zscore']);
    expect(line('recall ')).toEqual(['recall', '20', '1.00', '-']);
    expect(line('  5 x 100 lots')).toEqual(['5 x 100 lots, quiet contract', '3', '1.00', '-']);
  });

  test('has the delay, the cost, and what a detector does unless told otherwise', () => {
    expect(line('  all')).toEqual(['all', '20', '2.0 / 2.0', '-']);
    expect(line('  the detector alone')).toEqual(['the detector alone', '0.25', '0.05']);
    expect(lines.at(-2)).toMatch(/false alerts a day +12\.0 +4,000$/);
    expect(lines.at(-1)).toMatch(/recall +1\.00 +0\.75$/);
  });

  test('is told to machines as an object a group, and one a point of the curve', () => {
    const records = recordsOf(EVALUATION) as Array<Record<string, unknown>>;
    const groups = groupsOf(ANOMALIES).length;
    expect(records.filter(({ row }) => row === 'group').length).toBe(3 * groups);
    expect(records.filter(({ row }) => row === 'point').length).toBe(4);
    expect(records[0]).toMatchObject({
      detector: 'surprise',
      which: 'best',
      by: 'all',
      anomalies: 20,
      found: 20,
      delayMeanMs: 120_000,
      falsePerDay: 12,
    });
    expect(records.some(({ detector, which }) => detector === 'zscore' && which === 'best')).toBe(false);
  });
});

describe('the picture', () => {
  const svg = pictureOf(EVALUATION);

  test('draws a line a detector, named, and the rate at which they are compared', () => {
    for (const words of ['surprise', 'zscore', '20 a day', 'Recall of 20 anomalies in 10 sessions'])
      expect(svg).toContain(`>${words}</text>`);
    expect(svg.match(/<path /g)?.length).toBe(2);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('follows the settings that none beats in both recall and false alerts', () => {
    const [curve] = EVALUATION.detectors.map((report) => report.curve);
    expect(frontierOf(curve!, 0.1).map(({ falsePerDay }) => falsePerDay)).toEqual([0, 12]);
  });

  test('is drawn as PNG, by a reader that refuses what is not well-formed', async () => {
    const png = Buffer.from(await pngOf(svg));
    expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect(png.readUInt32BE(16)).toBe(1_720);
    expect(png.readUInt32BE(20)).toBe(1_040);
    await expect(pngOf(svg.replace('</svg>', ''))).rejects.toThrow();
  });

  test('has text in the PNG whatever fonts the machine has', async () => {
    const bare = svg.replaceAll(/<text [^>]*>[^<]*<\/text>/g, '');
    const [withText, without] = [await pngOf(svg), await pngOf(bare)];
    expect(withText.length).toBeGreaterThan(1.2 * without.length);
  });
});
