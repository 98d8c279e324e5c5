// What the feed counts: attempts by what came of them, and lost connections by why, as the runbooks name them.
import { expect, test } from 'vitest';
import { FeedCounts } from '../../src/live/feed-counts.ts';
import { Stage } from '../actors/feed-stage.ts';

function watched() {
  const counts = new FeedCounts();
  const stage = new Stage({ tell: (news) => counts.hear(news) });
  return { counts, stage, goLive: () => stage.status('connected', 'auth_success', 'success') };
}

test.each([
  ['is closed by the provider', 'closed', (stage: Stage) => stage.lose('closed (1006)')],
  ['is silent for a minute of the session', 'stale', (stage: Stage) => stage.clock.advance(70_000)],
  ['is taken by another copy', 'max_connections', (stage: Stage) => stage.status('max_connections')],
  ['reads too slowly', 'other', (stage: Stage) => stage.status('slow_consumer')],
])('a live connection that %s has ended as "%s"', (_what, reason, end) => {
  const { counts, stage, goLive } = watched();
  goLive();
  end(stage);
  expect(counts).toMatchObject({ live: false, connections: { ok: 1 }, disconnects: { [reason]: 1 } });
});

test.each([
  ['cannot be opened', 'closed', (stage: Stage) => stage.lose('ECONNREFUSED')],
  ['is not answered', 'timeout', (stage: Stage) => stage.clock.advance(10_000)],
  ['has a wrong key', 'auth_failed', (stage: Stage) => stage.status('connected', 'auth_failed')],
  ['finds its place taken', 'max_connections', (stage: Stage) => stage.status('max_connections')],
  [
    'has a plan without the tape',
    'refused',
    (stage: Stage) => stage.status('connected', 'auth_success', 'no', 'no', 'no'),
  ],
])('an attempt that %s has failed as "%s", and ended no connection', (_what, result, fail) => {
  const { counts, stage } = watched();
  fail(stage);
  expect(counts).toMatchObject({ live: false, connections: { [result]: 1 }, disconnects: {} });
});
