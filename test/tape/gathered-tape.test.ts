// Prints gathered from many frames: folded together they give what they gave one frame after another.
import { expect, test } from 'vitest';
import { DAY, FRAMES, type Opened, Stage } from '../live/live-stage.ts';

async function end({ session, journal }: Opened): Promise<void> {
  await journal.close();
  session.end();
}

/** A frame of quotes, a tick around the price of each third print of a frame, twenty milliseconds before it. */
function quotesBefore(frame: Buffer): Buffer {
  const trades = JSON.parse(frame.toString()) as Array<{ sym: string; p: number; t: number; q: number }>;
  const quotes = trades
    .filter(({ q }) => q % 3 === 0)
    .map(({ sym, p, t, q }) => ({
      ev: 'Q',
      sym,
      bx: 302,
      ax: 302,
      bp: p,
      ap: p + 0.05,
      bs: 9,
      as: 9,
      t: t - 20,
      q,
    }));
  return Buffer.from(JSON.stringify(quotes));
}

test('a restart says the same of every side, although quotes had come between the prints it gathers', async () => {
  using stage = new Stage();
  const first = await stage.open();
  for (const { bytes, atMs } of FRAMES) {
    first.session.take(bytes, atMs);
    // They come after the prints that they precede, so that whoever reads them first says more than was known.
    first.session.take(quotesBefore(bytes), atMs);
  }
  await end(first);
  expect(first.alerts.some(({ side }) => side !== 'unknown')).toBe(true);
  const second = await stage.open();
  await end(second);
  expect(second.alerts).toEqual(first.alerts);
  expect(second.recovery.prints).toBe(DAY.length);
});
