// Faults of the simulated provider, for tests: what a network and a vendor do on a bad day, at the turn of a switch.
import type { Random } from '../../lib/random.ts';
import type { DueElement } from './player.ts';

/** Switches; all are off at first and may be turned while the provider runs. */
export interface ProviderFaults {
  /** Nothing is sent though the tape goes on; what falls due meanwhile is lost. */
  silent: boolean;
  /** Every batch of elements is preceded by a frame that cannot be read. */
  garbage: boolean;
  /** Every frame is sent twice. */
  duplicate: boolean;
  /** Elements come out of order, by less than 100 ms. */
  shuffle: boolean;
  /** Statuses (401, 429, 500 …) that the next REST requests get instead of their answers. */
  restStatuses: number[];
}

/** How far elements may be from their place. */
const SHUFFLE_MS = 100;

const GARBAGE = [
  '',
  'bad gateway',
  '[{"ev":"T","sym":"O:SPY2612',
  '[{"ev":"T","sym":"O:AAPL211022C000150000","x":302,"p":1,"s":1,"c":[209],"t":1,"q":1}]',
  '[{"ev":"T","sym":"O:SPY261218C00650000","x":302,"p":"x","s":-1,"t":"now"},null,[[]],7]',
];

/** One frame that cannot be read, or not as it is meant. */
export function garbageFrame(random: Random): string {
  return GARBAGE[random.below(GARBAGE.length)]!;
}

/** The elements with each moved by less than 100 ms from its place in time. */
export function shuffled(elements: readonly DueElement[], random: Random): DueElement[] {
  return elements
    .map((element) => ({ element, atMs: element.atMs + random.uniform() * SHUFFLE_MS }))
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ element }) => element);
}
