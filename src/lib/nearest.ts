// The name that was probably meant.
import { distance } from 'fastest-levenshtein';

/** "did you mean X" for the nearest of some names. */
export function nearest(name: string, names: readonly string[]): string {
  const [best = ''] = names.toSorted((a, b) => distance(name, a) - distance(name, b));
  return `did you mean ${best}`;
}
