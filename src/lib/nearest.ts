// The name that was probably meant.
import { distance } from 'fastest-levenshtein';

/** "did you mean X" for the nearest of some names; when none is near, where all of them stand. */
export function nearest(name: string, names: readonly string[]): string {
  const [best = ''] = names.toSorted((a, b) => distance(name, a) - distance(name, b));
  return distance(name, best) <= Math.max(2, best.length / 2) ? `did you mean ${best}` : 'see --help';
}
