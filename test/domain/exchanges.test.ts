// The venues of the options tape, by the id of the feed and by the letter of old files.
import { expect, it } from 'vitest';
import { exchangeOf, EXCHANGES } from '../../src/domain/exchanges.ts';

const VENUES = [
  [300, 'A', 'NYSE American'],
  [301, 'B', 'BOX'],
  [302, 'C', 'Cboe C1'],
  [303, 'D', 'MIAX Emerald'],
  [304, 'E', 'Cboe EDGX'],
  [307, 'H', 'Nasdaq GEMX'],
  [308, 'I', 'Nasdaq ISE'],
  [309, 'J', 'Nasdaq MRX'],
  [312, 'M', 'MIAX'],
  [313, 'N', 'NYSE Arca'],
  [314, 'O', 'OPRA'],
  [315, 'P', 'MIAX Pearl'],
  [316, 'Q', 'Nasdaq Options Market'],
  [318, 'S', 'MIAX Sapphire'],
  [319, 'T', 'Nasdaq BX'],
  [320, 'U', 'MEMX'],
  [322, 'W', 'Cboe C2'],
  [323, 'X', 'Nasdaq PHLX'],
  [325, 'Z', 'Cboe BZX'],
] as const;

it('knows nineteen venues and no more', () => {
  expect(EXCHANGES.map(({ id }) => id)).toEqual(VENUES.map(([id]) => id));
});

it.each(VENUES)('%i and the old id of %s are %s', (id, opraLetter, name) => {
  expect(exchangeOf(id)).toEqual({ id, opraLetter, name });
  expect(exchangeOf(opraLetter.charCodeAt(0))).toEqual({ id, opraLetter, name });
});

it.each([0, 46, 64, 70, 91, 299, 305, 317, 326, 65_535])('does not know %i, and says so', (id) => {
  expect(exchangeOf(id)).toBeNull();
});
