// A journal that is damaged: the rest of it is used, prints keep their numbers, and what it lacks is said.
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { DAY, expectedRows, FRAMES, kill, play, Stage } from './live-stage.ts';

const HALF = FRAMES.length >> 1;
let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage[Symbol.dispose]();
});

describe('a damaged journal', () => {
  /** Turns a bit in the body of a record about this far into the first segment. */
  const damage = (share: number): void => {
    const bytes = readFileSync(stage.segment);
    bytes[Math.floor(bytes.length * share)]! ^= 1;
    writeFileSync(stage.segment, bytes);
  };

  test('is reported, the rest is used, and prints that come later are stored all the same', async () => {
    const first = await stage.open();
    play(first, 0, HALF);
    await kill(first);
    damage(0.3);
    const second = await stage.open();
    expect(stage.damage).toMatchObject([{ kind: 'damage', segment: 1 }]);
    expect(second.recovery.frames).toBe(HALF - 1);
    play(second, HALF);
    expect(second.session.unaccountedRows).toBe(0);
    await kill(second);
    expect(stage.rows).toEqual(expectedRows());
    // And once more, now that the journal has a hole that later records know of.
    await kill(await stage.open());
    expect(stage.rows).toEqual(expectedRows());
  });

  test('costs the record alone: the prints behind it keep their numbers, and are stored', async () => {
    const first = await stage.open();
    stage.hasRoom = () => stage.rows.length < 400;
    play(first, 0, HALF);
    await kill(first);
    expect(stage.rows.length).toBe(400);
    // The frame that is hit was not stored yet.
    damage(0.5);
    stage.hasRoom = () => true;
    const second = await stage.open();
    play(second, HALF);
    expect(second.session.unaccountedRows).toBe(40);
    await kill(second);
    const stored = new Set(stage.rows.map(({ row }) => row));
    expect(stage.rows).toEqual(expectedRows().filter(({ row }) => stored.has(row)));
    expect(stored.size).toBe(DAY.length - 40);
  });

  test('before what is caught up costs nothing', async () => {
    const opened = await stage.open();
    play(opened, 0, 10);
    await opened.journal.flush();
    damage(0.5);
    stage.hasRoom = () => false;
    play(opened, 10, HALF);
    stage.hasRoom = () => true;
    stage.wake();
    await eventually('the end of the catching up', () => opened.session.backlogRows === 0);
    play(opened, HALF);
    expect(opened.session.unaccountedRows).toBe(0);
    await kill(opened);
    expect(stage.faults).toEqual([]);
    expect(stage.rows).toEqual(expectedRows());
  });

  test('does not hold up the catching up for ever: what it lacks is said', async () => {
    const opened = await stage.open();
    stage.hasRoom = () => false;
    // Away until it is damaged, so that nobody reads it before.
    renameSync(stage.segment, `${stage.segment}.away`);
    mkdirSync(stage.segment);
    play(opened, 0, 10);
    await eventually('the fault', () => stage.faults.length > 0);
    rmdirSync(stage.segment);
    renameSync(`${stage.segment}.away`, stage.segment);
    damage(0.5);
    stage.hasRoom = () => true;
    play(opened, 10, HALF);
    await eventually('the end of the catching up', () => opened.session.backlogRows === 0);
    expect(stage.faults.slice(1).map(String)).toEqual([
      'Error: the journal does not have 40 prints that the store lacks',
    ]);
    play(opened, HALF);
    expect(opened.session.unaccountedRows).toBe(40);
    await kill(opened);
    expect(stage.rows.length).toBe(DAY.length - 40);
  });

  test('that cannot be read for a while is read again later, and nothing is lost', async () => {
    const opened = await stage.open();
    stage.hasRoom = () => false;
    renameSync(stage.segment, `${stage.segment}.away`);
    mkdirSync(stage.segment);
    play(opened, 0, 10);
    await eventually('the fault', () => stage.faults.length > 0);
    expect(String(stage.faults[0])).toMatch(/000001\.journal/);
    rmdirSync(stage.segment);
    renameSync(`${stage.segment}.away`, stage.segment);
    stage.hasRoom = () => true;
    play(opened, 10);
    await eventually('the backlog to be stored', () => opened.session.backlogRows === 0);
    await kill(opened);
    expect(stage.rows).toEqual(expectedRows());
  });
});
