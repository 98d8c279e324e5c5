// The table at the head of src/actors/feed.ts, cell by cell: every state with every event.
import { describe, expect, test } from 'vitest';
import type { FeedState } from '../../src/actors/feed-words.ts';
import { Stage, STATES } from './feed-stage.ts';

const EVENTS: Readonly<Record<string, (stage: Stage) => void>> = {
  greeted: (stage) => stage.status('connected'),
  authenticated: (stage) => stage.status('auth_success'),
  accepted: (stage) => stage.status('success'),
  declined: (stage) => stage.status('error'),
  authFailed: (stage) => stage.status('auth_failed'),
  kicked: (stage) => stage.status('max_connections'),
  slow: (stage) => stage.status('slow_consumer'),
  forced: (stage) => stage.status('force_disconnect'),
  tooLate: (stage) => stage.status('auth_timeout'),
  lost: (stage) => stage.lose(),
  data: (stage) => stage.message(),
  quotes: (stage) => stage.feed.watchQuotes(['O:SPY261218C00650000']),
  tenSeconds: (stage) => stage.clock.advance(10_000),
  drain: (stage) => stage.feed.drain(),
};

const SHORT: Readonly<Record<string, FeedState>> = {
  '.': 'connecting', // never read: "." stands for the state itself
  con: 'connecting',
  aut: 'authenticating',
  sub: 'subscribing',
  liv: 'live',
  sta: 'stale',
  bac: 'backoff',
  ref: 'refused',
  clo: 'closed',
};

// The table of src/actors/feed.ts, in the order of STATES; "." is "stays".
const TABLE = `
  greeted        aut .   .   .   .   .   .   .
  authenticated  aut sub .   .   .   .   .   .
  accepted       aut .   liv .   .   .   .   .
  declined       aut .   .   .   .   .   .   .
  authFailed     ref ref ref ref ref .   .   .
  kicked         bac bac bac bac bac .   .   .
  slow           bac bac bac bac bac .   .   .
  forced         bac bac bac bac bac .   .   .
  tooLate        bac bac bac bac bac .   .   .
  lost           bac bac bac bac bac .   .   .
  data           .   .   liv .   liv .   .   .
  quotes         .   .   .   .   .   .   .   .
  tenSeconds     bac bac bac .   .   con .   .
  drain          clo clo clo clo clo clo clo .
`;

const CELLS = TABLE.trim()
  .split('\n')
  .flatMap((line) => {
    const [event = '', ...cells] = line.trim().split(/\s+/);
    return STATES.map((state, place) => ({
      event,
      state,
      next: cells[place] === '.' ? state : SHORT[cells[place]!]!,
    }));
  });

describe('each event in each state', () => {
  test.each(CELLS)('$event while $state leads to $next', ({ event, state, next }) => {
    // Short backoffs, so that ten seconds lead out of one and do not run through the next deadline.
    const stage = Stage.at(state, { timing: { backoffFirstMs: 9_000 } });
    expect(stage.feed.state).toBe(state);
    EVENTS[event]!(stage);
    expect(stage.feed.state).toBe(next);
    const connected = ['connecting', 'authenticating', 'subscribing', 'live', 'stale'];
    if (connected.includes(state) && !connected.includes(next)) expect(stage.said).toContain('close');
  });
});
