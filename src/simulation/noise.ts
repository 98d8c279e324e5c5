// Hashed noise: numbers that depend only on what they are about and on the day; any day stands by itself.

/** Mixes a number into a 32-bit hash (the finaliser of MurmurHash3 over a golden-ratio step). */
export function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ (value + 0x9e3779b9), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash as a uniform number in [0, 1). */
export function uniformOf(hash: number): number {
  return hash / 4294967296;
}

/** Quantile of the standard normal distribution (Acklam's rational approximation, relative error 1e-9). */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    const top = 4.374664141464968 + q * 2.938163982698783;
    const above =
      -2.549732539343734 + q * (-2.400758277161838 + q * (-0.3223964580411365 + q * -0.007784894002430293));
    const below =
      1 +
      q * (3.754408661907416 + q * (2.445134137142996 + q * (0.3224671290700398 + q * 0.007784695709041462)));
    return (top + q * q * above) / below;
  }
  const q = p - 0.5;
  const r = q * q;
  const above =
    2.506628277459239 +
    r *
      (-30.66479806614716 +
        r * (138.357751867269 + r * (-275.9285104469687 + r * (220.9460984245205 + r * -39.69683028665376))));
  const below =
    1 +
    r *
      (-13.28068155288572 +
        r *
          (66.80131188771972 + r * (-155.6989798598866 + r * (161.5858368580409 + r * -54.47609879822406))));
  return (q * above) / below;
}

/** Standard normal quantiles at 4,096 even steps: a normal variate by one look-up, cut at 3.7 deviations. */
const NORMALS = Float64Array.from({ length: 4096 }, (_, i) => normalQuantile((i + 0.5) / 4096));

/** A hash as a standard normal number. */
export function normalOf(hash: number): number {
  return NORMALS[hash >>> 20]!;
}

/**
 * A standard normal that wanders smoothly with the day: correlation about cos(pi/2 * lag/period) up to
 * `period` days.
 * It stands for an autoregressive level, but any day can be asked for without the days before it.
 */
export function wander(key: number, day: number, periodDays: number): number {
  // Every key has its own phase, or all contracts would turn on the same days.
  const at = (day + (key % 9973) / 7) / periodDays;
  const knot = Math.floor(at);
  const angle = (at - knot) * (Math.PI / 2);
  return Math.cos(angle) * normalOf(mix(key, knot)) + Math.sin(angle) * normalOf(mix(key, knot + 1));
}
