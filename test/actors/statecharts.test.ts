// The tables of docs/statecharts.md are what the machines do, cell by cell, and each invariant names a test there is.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { feedMachine } from '../../src/actors/feed.ts';
import { shardMachine } from '../../src/actors/shard.ts';
import { laneMachine } from '../../src/actors/writer-lane.ts';
import { tableOf } from './machine-table.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/statecharts.md', root), 'utf8');

/** The machines, the guards of theirs that ask about the world, and events that they do not list. */
const MACHINES: Readonly<Record<string, readonly [unknown, readonly string[], readonly string[]]>> = {
  Feed: [feedMachine, ['isSilent', 'isQuietTime', 'isSilentTooLong', 'hasNextChannel'], []],
  Shard: [shardMachine, [], []],
  // The event leads nowhere by itself: it makes the lane look.
  'Lane of the writer': [laneMachine, ['hasWork', 'hasEnough'], ['work']],
};

/** The cells of a section's table without what stands in brackets: state, event, what it does. */
function written(title: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...body] = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll(/\([^)]*\)/g, '').trim()),
  );
  return body
    .flatMap(([event = '', ...cells]) => cells.map((cell, place) => `${head[place + 1]}, ${event}: ${cell}`))
    .toSorted();
}

describe('the page of statecharts', () => {
  test.each(Object.keys(MACHINES))('%s: every state, every event, every cell', (title) => {
    const [machine, guards, unlisted] = MACHINES[title]!;
    const table = tableOf(machine as AnyStateMachine, guards, unlisted);
    const walked = Array.from(table, ([state, row]) =>
      Array.from(row, ([event, to]) => `${state}, ${event}: ${to}`),
    );
    expect(written(title)).toEqual(walked.flat().toSorted());
  });

  test('names a test there is for each invariant', () => {
    const invariants = page.split(/^- \*\*/m).slice(1);
    expect(invariants.length).toBeGreaterThan(10);
    for (const text of invariants) {
      const [, title = '', file = ''] = /Test:\s+"([^"]+)"\s+\((test\/[\w./-]+)\)/.exec(text) ?? [];
      expect([text.slice(0, 2), file]).toEqual([text.slice(0, 2), expect.stringMatching(/\.test\.ts$/)]);
      const tests = readFileSync(new URL(file, root), 'utf8');
      expect([text.slice(0, 2), tests.includes(`'${title.replaceAll(/\s+/g, ' ')}'`)]).toEqual([
        text.slice(0, 2),
        true,
      ]);
    }
  });
});
