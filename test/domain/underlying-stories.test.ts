// An underlying's day in the trader's words: when it alerts, when it keeps still, and what cancels do to it.
import { describe, expect, it } from 'vitest';
import { FIELD, ROW_WORDS } from '../../src/domain/arena.ts';
import { requireSession } from '../../src/domain/session.ts';
import { at, fold, type Market, print } from '../support/tape.ts';

/** Nvidia calls that trade 78 contracts a day, one in five minutes: above ten and from twenty on it is unusual. */
const NVIDIA: Market = {
  session: requireSession('2025-11-26'),
  tickers: ['O:NVDA251219C00180000', 'O:NVDA251219P00170000'],
  sessions: 30,
  volumeSums: [2_340, 2_340],
  factor: '10',
  floor: 20,
};

function alerts(prints: Parameters<typeof fold>[1], market = NVIDIA) {
  return fold(market, prints).findings.map(({ row, observed }) => [row, observed]);
}

describe('an alert', () => {
  it('is raised by the print that reaches the floor, with the whole window as evidence', () => {
    const [finding, ...more] = fold(NVIDIA, [
      print('09:31:00', 12, { priceE4: 12_000 }),
      print('09:31:00.250', 8, { priceE4: 12_500, condition: 219 }),
      print('09:31:00.260', 5, { exchange: 313, condition: 219 }),
    ]).findings;
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      contract: 0,
      row: 1,
      atMs: at('09:31:00.250'),
      observed: 20,
      threshold: 20,
    });
    expect(finding).toMatchObject({ expected: 1, sessions: 30, tape: 'trades' });
    expect(finding!.evidence).toMatchObject({ volume: 20, premiumCents: 12 * 12_000 + 8 * 12_500 });
    expect(finding!.evidence).toMatchObject({ firstMs: at('09:31:00'), lastMs: at('09:31:00.250') });
  });

  it('needs more than ten times the normal: equal is not enough', () => {
    const market = { ...NVIDIA, floor: 0 };
    expect(alerts([print('10:00', 10)], market)).toEqual([]);
    expect(alerts([print('10:00', 10), print('10:01', 1)], market)).toEqual([[1, 11]]);
  });

  it('forgets a print exactly five minutes old', () => {
    expect(alerts([print('10:00', 19), print('10:05', 1)])).toEqual([]);
    expect(alerts([print('10:00', 19), print('10:04:59.999', 1)])).toEqual([[1, 20]]);
  });

  it('is per contract: a busy put does not lend its volume to the call', () => {
    expect(alerts([print('10:00', 19), print('10:00', 19, { contract: 1 })])).toEqual([]);
  });

  it('never comes without a baseline', () => {
    expect(
      alerts([print('10:00', 2_000_000_000)], { ...NVIDIA, sessions: 0, factor: '1', floor: 0 }),
    ).toEqual([]);
  });

  it('holds the largest volumes exactly', () => {
    expect(alerts([print('10:00', 1_000_000_000), print('10:01', 1_000_000_000)])).toEqual([
      [0, 1_000_000_000],
    ]);
  });
});

it('remembers each of more than a thousand contracts from print to print', () => {
  const tickers = Array.from(
    { length: 1_500 },
    (_, place) => `O:NVDA251219C${String(place + 1).padStart(8, '0')}`,
  );
  const market = { ...NVIDIA, tickers, volumeSums: [] };
  const round = (time: string) => tickers.map((_, contract) => print(time, 10, { contract }));
  const { findings, states } = fold(market, [...round('10:00'), ...round('10:01')], [700]);
  expect(findings.map(({ contract }) => contract)).toEqual([...tickers.keys()]);
  expect(states[0]!.arena.count).toBe(1_500);
});

describe('a contract that alerted', () => {
  const first = print('10:00', 20);

  it('keeps still while it stays above', () => {
    expect(alerts([first, print('10:03', 30), print('10:07', 40), print('10:11', 50)])).toEqual([[0, 20]]);
  });

  it('keeps still when it comes back within five minutes of falling below, which is when its print left', () => {
    expect(alerts([first, print('10:09:59.999', 20)])).toEqual([[0, 20]]);
  });

  it('speaks again after exactly five minutes below', () => {
    expect(alerts([first, print('10:10', 20)])).toEqual([
      [0, 20],
      [1, 20],
    ]);
  });

  it('counts the five minutes anew when it rose in between', () => {
    expect(alerts([first, print('10:09', 20), print('10:17', 20)])).toEqual([[0, 20]]);
    expect(alerts([first, print('10:09', 20), print('10:19', 20)])).toEqual([
      [0, 20],
      [2, 20],
    ]);
  });

  it('is seen to fall below by the prints of its neighbours', () => {
    expect(alerts([first, print('10:05', 1, { contract: 1 }), print('10:10', 20)])).toEqual([
      [0, 20],
      [2, 20],
    ]);
  });
});

describe('regular hours', () => {
  it('begin with the print at 09:30:00.000 and end before the one at 16:00:00.000', () => {
    expect(alerts([print('09:29:59.999', 20), print('09:30', 19), print('09:30', 1)])).toEqual([[2, 20]]);
    expect(alerts([print('15:59:59.999', 20)])).toEqual([[0, 20]]);
    expect(alerts([print('16:00', 20)])).toEqual([]);
  });

  it('end at 13:00 on a half day, and begin on no evening before', () => {
    const half = { ...NVIDIA, session: requireSession('2025-11-28') };
    const evening = { ...print('00:00', 20), atMs: -3_600_000 };
    expect(alerts([evening, print('13:00', 20)], half)).toEqual([]);
    expect(alerts([print('12:59:59.999', 20)], half)).toEqual([[0, 20]]);
  });

  it('divide the day of a late class by 81 buckets', () => {
    const spy = { ...NVIDIA, tickers: ['O:SPY251219C00650000'], volumeSums: [81 * 30], floor: 0 };
    expect(alerts([print('16:14:59.999', 11)], spy)).toEqual([[0, 11]]);
    expect(alerts([print('16:14:59.999', 10)], spy)).toEqual([]);
  });

  it('hold prints marked as extended hours or compression apart', () => {
    const apart = [print('10:00', 20, { condition: 248 }), print('10:00', 20, { condition: 247 })];
    const { findings, states } = fold(NVIDIA, apart);
    expect(findings).toEqual([]);
    expect(states[0]!.counts).toEqual({ detected: 0, outsideHours: 0, apart: 2, cancels: 0 });
  });
});

describe('a late print', () => {
  it('counts in the window of now', () => {
    const tape = [print('10:00:10', 1, { contract: 1 }), print('10:00:02', 20)];
    const { findings, states } = fold(NVIDIA, tape);
    expect(findings).toMatchObject([{ row: 1, atMs: at('10:00:10'), observed: 20 }]);
    expect(states[0]!.latePrints).toBe(1);
  });

  it('older than the window counts in the day only', () => {
    const { findings, states } = fold(NVIDIA, [print('10:05', 1, { contract: 1 }), print('10:00', 20)]);
    expect(findings).toEqual([]);
    expect(states[0]!.counts.detected).toBe(2);
  });
});

describe('a cancel', () => {
  const cancel = { condition: 201 };

  function dayOf(prints: Parameters<typeof fold>[1]) {
    const { findings, states } = fold(NVIDIA, prints);
    const words = states[0]!.arena.words;
    const slot = states[0]!.directory.slots[0]! - 1;
    const word = (field: number) => words[slot * ROW_WORDS + field];
    return [findings.length, word(FIELD.windowVolume), word(FIELD.dayVolume), word(FIELD.dayPrints)];
  }

  it('takes its print out of the window and of the day', () => {
    expect(dayOf([print('10:00', 19), print('10:01', 19, cancel), print('10:02', 1)])).toEqual([0, 1, 1, 1]);
  });

  it('takes out one of two equal prints, the later one', () => {
    const tape = [print('10:00', 15), print('10:04', 15), print('10:04:30', 15, cancel), print('10:05', 5)];
    expect(dayOf(tape)).toEqual([1, 5, 20, 2]);
  });

  it('of a print before the opening leaves the window alone', () => {
    const tape = [print('10:00', 5), print('09:29', 5), print('10:01', 5, cancel)];
    expect(dayOf(tape)).toEqual([0, 5, 5, 1]);
  });

  it('of a print that has left the window leaves the window alone', () => {
    const tape = [print('10:00', 5), print('10:06', 5, { exchange: 313 }), print('10:07', 5, cancel)];
    expect(dayOf(tape)).toEqual([0, 5, 5, 1]);
  });

  it('that fits nothing is counted and changes nothing', () => {
    const tape = [
      print('10:00', 5),
      print('10:01', 6, cancel),
      print('10:02', 5, { ...cancel, exchange: 313 }),
    ];
    expect(dayOf(tape)).toEqual([0, 5, 5, 1]);
    expect(fold(NVIDIA, tape).states[0]!.unmatchedCancels).toBe(2);
  });

  it('brings a contract below, and five minutes later it may speak again', () => {
    const tape = [print('10:00', 20), print('10:01', 20, cancel), print('10:04:59', 20), print('10:15', 20)];
    expect(alerts(tape)).toEqual([
      [0, 20],
      [3, 20],
    ]);
  });
});

it('says what tape a finding rests on: prints or minutes', () => {
  const [finding] = fold(NVIDIA, [print('10:00:59.999', 20, { condition: 0 })], [], 'minutes').findings;
  expect(finding).toMatchObject({ tape: 'minutes', observed: 20 });
});
