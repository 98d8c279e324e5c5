// A session that is killed and held up: the same alerts, and every print in the store once and in order.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import type { VolumeBaseline } from '../../src/domain/baseline.ts';
import { eventually } from '../support/eventually.ts';
import {
  baselineFor,
  DAY,
  expectedRows,
  FRAMES,
  kill,
  type Opened,
  play,
  SESSION,
  Stage,
} from './live-stage.ts';

const HALF = FRAMES.length >> 1;
let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage[Symbol.dispose]();
});

function ids(alerts: readonly Alert[]): string[] {
  return alerts.map(({ id }) => id);
}

async function alertsOfWholeDay(): Promise<Alert[]> {
  using other = new Stage();
  const opened = await other.open();
  play(opened);
  await kill(opened);
  return opened.alerts;
}

describe('a session that goes through', () => {
  test('stores each print of the day once, in the order of the tape, and finds something', async () => {
    const opened = await stage.open();
    play(opened);
    await kill(opened);
    expect(stage.rows).toEqual(expectedRows());
    expect(opened.session.rows).toBe(DAY.length);
    expect(opened.session.unaccountedRows).toBe(0);
    expect(opened.alerts.length).toBeGreaterThan(3);
    expect(new Set(ids(opened.alerts)).size).toBe(opened.alerts.length);
    expect(stage.faults).toEqual([]);
  });

  test('begins with nothing behind it', async () => {
    const { recovery, journal, session } = await stage.open();
    expect(recovery).toEqual({ frames: 0, prints: 0, alerts: 0, lastReceivedMs: null });
    expect(session.lastEventMs).toBe(-Infinity);
    await journal.close();
  });

  test('takes a frame twice for what it is: heard before', async () => {
    const opened = await stage.open();
    play(opened, 0, 20);
    play(opened, 0, 20);
    play(opened, 20);
    await kill(opened);
    expect(stage.rows).toEqual(expectedRows());
    expect(opened.session.tape.duplicates).toBe(20 * 40);
    expect(ids(opened.alerts)).toEqual(ids(await alertsOfWholeDay()));
  });
});

describe('a session that was killed', () => {
  test('raises the same alerts again and stores nothing twice, however often it is killed', async () => {
    const whole = await alertsOfWholeDay();
    const first = await stage.open();
    play(first, 0, 30);
    await kill(first);
    const second = await stage.open();
    expect(second.recovery).toMatchObject({ frames: 30, prints: 1_200, lastReceivedMs: FRAMES[29]!.atMs });
    play(second, 30, HALF);
    await kill(second);
    const third = await stage.open();
    expect(ids(third.alerts)).toEqual(ids(second.alerts));
    play(third, HALF);
    await kill(third);
    expect(third.alerts).toEqual(whole);
    expect(third.session.unaccountedRows).toBe(0);
    expect(stage.rows).toEqual(expectedRows());
  });

  test('gives the store what it had not taken before the kill', async () => {
    const first = await stage.open();
    stage.hasRoom = () => stage.rows.length < 800;
    play(first, 0, HALF);
    await kill(first);
    const stored = stage.rows.length;
    stage.hasRoom = () => true;
    const second = await stage.open();
    expect(stage.rows.length).toBeGreaterThan(stored);
    play(second, HALF);
    await kill(second);
    expect(stage.rows).toEqual(expectedRows());
  });
});

describe('a writer without room', () => {
  test('gets every print once and in order from the journal, while the tape goes on', async () => {
    const opened = await stage.open();
    play(opened, 0, 10);
    stage.hasRoom = () => false;
    play(opened, 10, HALF);
    expect(opened.session.backlogRows).toBe((HALF - 10) * 40);
    // Room for a few at a time, and none in between.
    let allowed = 0;
    stage.hasRoom = (rows) => allowed >= rows && (allowed -= rows) >= 0;
    for (let frame = HALF; frame < FRAMES.length; frame += 5) {
      play(opened, frame, frame + 5);
      allowed += 200;
      stage.wake();
      await new Promise((done) => setImmediate(done));
    }
    stage.hasRoom = () => true;
    await eventually('the backlog to be stored', () => {
      stage.wake();
      return opened.session.backlogRows === 0;
    });
    await kill(opened);
    expect(stage.rows).toEqual(expectedRows());
    expect(opened.alerts).toEqual(await alertsOfWholeDay());
    expect(stage.faults).toEqual([]);
  });

  test('is caught up with again when it fills up a second time', async () => {
    const opened = await stage.open();
    for (let frame = 0; frame < FRAMES.length; frame += 25) {
      stage.hasRoom = () => false;
      play(opened, frame, frame + 20);
      stage.hasRoom = () => true;
      stage.wake();
      await eventually('the backlog to be stored', () => opened.session.backlogRows === 0);
      play(opened, frame + 20, frame + 25);
    }
    await kill(opened);
    expect(stage.rows).toEqual(expectedRows());
  });

  test('gets the rest of a session that the next has followed', async () => {
    const opened = await stage.open();
    stage.hasRoom = () => false;
    play(opened);
    opened.session.retire();
    await opened.journal.close();
    stage.hasRoom = () => true;
    await eventually('the rest', () => {
      stage.wake();
      return opened.session.backlogRows === 0;
    });
    expect(stage.rows).toEqual(expectedRows());
    expect(stage.faults).toEqual([]);
  });

  test('does not keep a session from ending, and the next one stores the rest', async () => {
    const first = await stage.open();
    stage.hasRoom = () => false;
    play(first, 0, HALF);
    await kill(first);
    stage.hasRoom = () => true;
    stage.wake();
    await new Promise((done) => setTimeout(done, 50));
    expect(stage.rows).toEqual([]);
    const second = await stage.open();
    play(second, HALF);
    await kill(second);
    expect(stage.rows).toEqual(expectedRows());
  });
});

describe('another baseline', () => {
  const nothing = (): VolumeBaseline => ({ sessions: 0, dates: [], volumeSum: () => 0 });
  const adoptedHalfWay = async (): Promise<Opened> => {
    const opened = await stage.open(nothing, 6);
    play(opened, 0, HALF);
    expect(opened.alerts).toEqual([]);
    stage.learn(7, baselineFor);
    opened.session.adoptBaseline(baselineFor(opened.table), 7, SESSION.midnightMs);
    play(opened, HALF);
    await kill(opened);
    return opened;
  };

  test('decides from the next frame on, and the journal says when', async () => {
    const { alerts } = await adoptedHalfWay();
    expect(alerts.length).toBeGreaterThan(0);
    // A frame is stamped five milliseconds after its last print.
    const halfMs = FRAMES[HALF - 1]!.atMs - 5;
    expect(alerts.every(({ at }) => Date.parse(at) >= halfMs)).toBe(true);
    expect(readFileSync(stage.segment, 'latin1')).toContain('{"baselineRun":7}');
  });

  test('decides from the same frame on after a restart: no alert is made up afterwards', async () => {
    const { alerts } = await adoptedHalfWay();
    const again = await stage.open(baselineFor, 7);
    expect(again.alerts).toEqual(alerts);
    await kill(again);
    // Nor by one that was made while nobody ran.
    const later = await stage.open(baselineFor, 8);
    expect(later.alerts).toEqual(alerts);
    await kill(later);
    expect(readFileSync(stage.segment, 'latin1').split('{"baselineRun":8}')).toHaveLength(2);
  });
});
