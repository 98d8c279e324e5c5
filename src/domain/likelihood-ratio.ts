// Logarithms and exponentials of likelihood ratios from small tables: no call, no branch, the same bits on any machine.

/** Pieces of [1, 2) whose logarithms are kept: what is left is at most 2^-9 of the piece's middle. */
const PIECES = 256;
/** Powers of two that are kept; larger numbers take the plain way. */
const POWERS = 64;
const SCALES = Float64Array.from({ length: POWERS }, (_, power) => 2 ** -power);
const MIDDLES = Float64Array.from({ length: PIECES }, (_, piece) => 1 / (1 + (piece + 0.5) / PIECES));
const LOG_MIDDLES = MIDDLES.map((inverse) => -Math.log(inverse));

/** Exponentials are kept at multiples of this from {@link LOG_RATIO_MIN} to {@link LOG_RATIO_MAX}: 12 kB. */
const STEPS_A_UNIT = 96;
/** Range of {@link expOfRatio}. */
export const LOG_RATIO_MIN = -12;
export const LOG_RATIO_MAX = 4.25;
const FIRST_STEP = LOG_RATIO_MIN * STEPS_A_UNIT;
const EXPONENTIALS = Float64Array.from(
  { length: (LOG_RATIO_MAX - LOG_RATIO_MIN) * STEPS_A_UNIT + 2 },
  (_, step) => Math.exp((FIRST_STEP + step) / STEPS_A_UNIT),
);

const number = new Float64Array(1);
const words = new Int32Array(number.buffer);
/** Which word of a double holds its exponent: the second one on every machine that Node runs on but few. */
number[0] = 1;
const HIGH = words[1] === 0 ? 0 : 1;

// HOT PATH: seven logarithms and up to six exponentials an order and rung.

/**
 * Natural logarithm of a number of at least 1. Error at most 4e-16 + 3e-16 of the result: y = 2^e c (1 + r) with c from
 * a table and |r| <= 2^-9, log(1 + r) by its series to the fifth power, whose rest is below r^6 / 6 = 1e-17.
 */
export function logFromOne(y: number): number {
  number[0] = y;
  const high = words[HIGH]!;
  const power = (high >> 20) - 1023;
  if (power >= POWERS) return Math.log(y);
  const piece = (high >> 12) & (PIECES - 1);
  const r = y * SCALES[power]! * MIDDLES[piece]! - 1;
  return power * Math.LN2 + (LOG_MIDDLES[piece]! + r * (1 - r * (0.5 - r * (1 / 3 - r * (0.25 - r * 0.2)))));
}

/**
 * Exponential of a logarithm in [{@link LOG_RATIO_MIN}, {@link LOG_RATIO_MAX}]. Relative error below 4e-14: a table at
 * steps of 1/96, and the series of what is left, at most 1/192, to the fourth power, whose rest is below r^5 / 120.
 */
export function expOfRatio(log: number): number {
  const step = Math.floor(log * STEPS_A_UNIT + 0.5);
  const r = log - step / STEPS_A_UNIT;
  return EXPONENTIALS[step - FIRST_STEP]! * (1 + r * (1 + r * (0.5 + r * (1 / 6 + r * (1 / 24)))));
}

// END OF HOT PATH
