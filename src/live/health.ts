// The health of a running service, part by part, each in a sentence that says what to do when it is not well.
import type { Queries } from '../db/pool.ts';
import type { FeedState } from '../actors/feed-words.ts';
import type { WriterState } from '../actors/writer-words.ts';

/** A part of the service as it is now. */
export interface PartHealth {
  readonly part: 'database' | 'feed' | 'journal' | 'baseline' | 'writer' | 'actors';
  readonly ready: boolean;
  readonly sentence: string;
  /** ISO 8601: since when it is so; null when not known. */
  readonly since: string | null;
}

/** What the parts say of themselves. */
export interface HealthFacts {
  readonly databaseFault: string | null;
  readonly feed: { readonly state: FeedState; readonly sentence: string | null };
  readonly journalFault: string | null;
  readonly baseline: { readonly run: number; readonly sessions: number; readonly asOf: string | null };
  /** Names of the underlyings that are left out for the rest of the session. */
  readonly quarantined: readonly string[];
  readonly writer: { readonly state: WriterState; readonly inFlight: number; readonly backlogRows: number };
}

const FEED_SENTENCES: Readonly<Record<FeedState, string>> = {
  connecting: 'The feed is connecting.',
  authenticating: 'The feed is authenticating.',
  subscribing: 'The feed is subscribing.',
  live: 'The feed is live.',
  stale: 'The market is open and the feed is silent: another connection is tried if it stays so.',
  backoff: 'The feed lost its connection and tries again.',
  refused: 'The provider refuses the feed.',
  closed: 'The feed is closed.',
};

/** Names that a sentence spells out. */
const NAMES_MAX = 5;

function actorsSentence(names: readonly string[]): string {
  if (names.length === 0) return 'Every underlying is watched.';
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return (
    `${names.slice(0, NAMES_MAX).join(', ')}${more} failed too often: no alerts for the rest of the session; ` +
    'the prints are stored. The lines actor.failed of the log say why.'
  );
}

/** Says how each part is. */
export function healthOf(facts: HealthFacts): PartHealth[] {
  const { feed, baseline, writer } = facts;
  const part = (name: PartHealth['part'], ready: boolean, sentence: string): PartHealth => ({
    part: name,
    ready,
    sentence,
    since: null,
  });
  const away = writer.state === 'away';
  return [
    part('database', facts.databaseFault === null, facts.databaseFault ?? 'Postgres answers.'),
    part('feed', feed.state === 'live', feed.sentence ?? FEED_SENTENCES[feed.state]),
    part('journal', facts.journalFault === null, facts.journalFault ?? 'The journal is written.'),
    part(
      'baseline',
      baseline.sessions > 0,
      baseline.sessions > 0
        ? `Run ${baseline.run} for ${baseline.asOf}, of ${baseline.sessions} sessions.`
        : 'There is no baseline, so nothing can be unusual: import earlier days with spyhop import.',
    ),
    part(
      'writer',
      !away,
      away
        ? `The store does not take prints; ${writer.inFlight + writer.backlogRows} wait, and the journal has them.`
        : `${writer.inFlight + writer.backlogRows} prints wait for the store.`,
    ),
    // Thousands of others are watched as before, so the service is ready: the sentence, the log and the metric warn.
    part('actors', true, actorsSentence(facts.quarantined)),
  ];
}

/** Why Postgres cannot be asked, in a sentence; null when it answers. */
export async function databaseFault(reader: Queries): Promise<string | null> {
  try {
    await reader.rows('select 1');
    return null;
  } catch {
    return 'Postgres does not answer: the journal keeps what comes until it does.';
  }
}
