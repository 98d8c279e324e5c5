// The clock that all underlyings of a session share: it moves when the tape is quiet.

const DAY_BEFORE_MS = 86_400_000;

/**
 * How far the session has come, whatever a single underlying has heard. An underlying looks at it when it folds its
 * next print, so that a tick costs the same for one underlying and for six thousand.
 */
export class EngineClock {
  /** No print older than this is expected any more, ms after midnight. */
  tickMs = -DAY_BEFORE_MS;
}
