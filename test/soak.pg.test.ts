// A short soak: a fault of each kind, and after each nothing is lost, doubled or untold. Long: npm run soak.
import { expect, it } from 'vitest';
import { soak } from '../scripts/soak/run.ts';

it('a day on which things fail ends as a calm one', { timeout: 240_000 }, async () => {
  const rounds = await soak({ seed: 'short', rounds: 8, forSeconds: 40 });
  expect(rounds.filter(({ broken }) => broken.length > 0)).toEqual([]);
  const kinds = new Set(rounds.map(({ kind }) => kind));
  if (!kinds.has('disk'))
    process.stdout.write(' !!! full disks were NOT tested: it takes root to mount small ones.\n');
  // A slow machine comes to fewer rounds within the time, and never to none.
  expect(kinds.size).toBeGreaterThan(0);
});
