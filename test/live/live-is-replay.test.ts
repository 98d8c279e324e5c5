// One engine: the day heard live, frame by frame, gives the alerts that the day's flat file gives.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { planReplay } from '../../src/replay/plan.ts';
import { replay } from '../../src/replay/run.ts';
import { writeTape } from '../../src/simulation/flat-file.ts';
import { HISTORY_DATES, MARKET_SETTINGS, play, SESSION, Stage, THRESHOLD } from './live-stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage[Symbol.dispose]();
});

/** What an alert says to a trader. */
function said({ at, contract, observed, expected, premium, prints }: Alert): string {
  return [at, contract, observed, expected, premium, prints].join(' ');
}

test('a day heard live gives the alerts of its flat file', async () => {
  const outDir = join(stage.folder, 'tape');
  const days = HISTORY_DATES.length + 1;
  await writeTape({ ...MARKET_SETTINGS, outDir, days, until: SESSION.date, order: 'ticker', quotes: 'none' });
  const replayed: Alert[] = [];
  const { plan } = await planReplay([join(outDir, `${SESSION.date}.csv.gz`)], [outDir]);
  await replay(
    plan,
    { threshold: THRESHOLD },
    {
      onProgress: () => {},
      onAlert: (alert) => replayed.push(alert),
      onHistory: () => {},
      onDay: () => {},
      onFailure: () => {},
    },
  );
  const opened = await stage.open();
  play(opened);
  await opened.journal.close();
  expect(replayed.length).toBeGreaterThan(3);
  expect(opened.alerts.map(said)).toEqual(replayed.map(said));
});
