// The journal of a live session, replayed: the alerts that were raised live, byte for byte.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { planReplay } from '../../src/replay/plan.ts';
import { replay, type ReplayedDay, type ReplayProgress } from '../../src/replay/run.ts';
import { writeTape } from '../../src/simulation/flat-file.ts';
import {
  DAY,
  FRAMES,
  HISTORY_DATES,
  MARKET_SETTINGS,
  play,
  SESSION,
  Stage,
  THRESHOLD,
} from '../live/live-stage.ts';

let stage: Stage;
let history: string;
beforeEach(async () => {
  stage = new Stage();
  history = join(stage.folder, 'history');
  const days = { days: HISTORY_DATES.length, until: HISTORY_DATES.at(-1)! };
  await writeTape({ ...MARKET_SETTINGS, ...days, outDir: history, order: 'ticker', quotes: 'none' });
});
afterEach(() => {
  stage[Symbol.dispose]();
});

interface Replayed {
  readonly alerts: readonly Alert[];
  readonly days: readonly ReplayedDay[];
  readonly progress: readonly ReplayProgress[];
}

async function replayed(...paths: readonly string[]): Promise<Replayed> {
  const [alerts, days, progress]: [Alert[], ReplayedDay[], ReplayProgress[]] = [[], [], []];
  const { plan } = await planReplay(paths, [history]);
  await replay(
    plan,
    { threshold: THRESHOLD },
    {
      onProgress: (step) => progress.push(step),
      onAlert: (alert) => alerts.push(alert),
      onHistory: () => {},
      onDay: (day) => days.push(day),
      onFailure: ({ error }) => {
        throw error;
      },
    },
  );
  return { alerts, days, progress };
}

/** A live session with its feed silent now and then, and a restart in its middle. */
async function live(): Promise<Alert[]> {
  const first = await stage.open();
  for (let frame = 0; frame < 70; frame++) {
    play(first, frame, frame + 1);
    first.session.tick(FRAMES[frame]!.atMs + 150);
    first.session.tick(FRAMES[frame]!.atMs + 250);
  }
  play(first, 60, 70);
  await first.journal.close();
  first.session.end();
  const second = await stage.open();
  play(second, 70);
  await second.journal.close();
  second.session.end();
  return second.alerts;
}

const bytesOf = (alerts: readonly Alert[]): string => alerts.map((alert) => JSON.stringify(alert)).join('\n');

describe('the journal of a live session', () => {
  test('replayed gives the alerts of the session, and the prints that its store has', async () => {
    const told = await live();
    expect(told.length).toBeGreaterThan(3);
    const { alerts, days, progress } = await replayed(join(stage.folder, SESSION.date));
    expect(bytesOf(alerts)).toBe(bytesOf(told));
    expect(days).toMatchObject([{ date: SESSION.date, tape: 'trades', notices: [], quotes: null }]);
    expect(days[0]!.summary.received).toBe(stage.rows.length);
    expect(stage.rows).toHaveLength(DAY.length);
    expect(days[0]!.summary.alerts).toBe(told.length);
    expect(progress.at(-1)).toMatchObject({ step: 'journal', date: SESSION.date });
    expect(progress.at(-1)!.done).toBe(progress.at(-1)!.total);
  });

  test('is found by its folder, by a segment of it, and in the folder of all journals', async () => {
    const told = await live();
    for (const path of [stage.segment, stage.folder])
      expect(bytesOf((await replayed(path)).alerts)).toBe(bytesOf(told));
  });

  test('with damage is replayed without it, and the damage is told', async () => {
    await live();
    const bytes = readFileSync(stage.segment);
    bytes[bytes.length >> 2]! ^= 1;
    writeFileSync(stage.segment, bytes);
    const [day] = (await replayed(join(stage.folder, SESSION.date))).days;
    expect(day!.notices).toEqual([
      expect.stringMatching(/^the journal has a damage in segment 1, bytes \d+ to \d+/),
    ]);
    expect(day!.summary.received).toBeLessThan(DAY.length);
  });

  test('is refused in a folder without a date, beside flat files, and twice', async () => {
    await live();
    const folder = join(stage.folder, SESSION.date);
    await expect(planReplay([folder, history], [])).rejects.toThrow(/is no journal/);
    await expect(planReplay([folder, folder], [])).rejects.toThrow(/comes twice or too late/);
    mkdirSync(join(stage.folder, 'lost'));
    renameSync(stage.segment, join(stage.folder, 'lost', '000001.journal'));
    await expect(planReplay([join(stage.folder, 'lost')], [])).rejects.toThrow(
      /name the folder like 2026-11-20/,
    );
  });
});
