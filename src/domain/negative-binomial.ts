// Tails of the negative binomial and the Poisson distribution, in logarithms, exact to about ten digits of the log.

/** Where a continued fraction or a series has converged. */
const EPSILON = 1e-16;
/** Lentz's method replaces what vanishes by this. */
const TINY = 1e-300;
/** Steps after which a fraction would be given up; the largest counts of a session need a tenth of them. */
const STEPS_MAX = 200_000;

/** Below this Stirling's series is not used: the argument is raised first. */
const STIRLING_FROM = 12;
/** Coefficients of Stirling's series in 1/x, 1/x^3 … (Abramowitz and Stegun 6.1.41). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360] as const;

function stirlingRest(x: number): number {
  const inverse = 1 / (x * x);
  let sum = 0;
  for (let i = STIRLING.length - 1; i >= 0; i--) sum = sum * inverse + STIRLING[i]!;
  return sum / x;
}

/** ln Γ(x) for x > 0 (Stirling's series, raised by recurrence below 12). */
export function logGamma(x: number): number {
  if (x >= STIRLING_FROM) return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirlingRest(x);
  let product = 1;
  let raised = x;
  for (; raised < STIRLING_FROM; raised++) product *= raised;
  return logGamma(raised) - Math.log(product);
}

/** ln Γ(x + s) - ln Γ(x), without the loss of digits that the difference would have for large x. */
function logGammaRatio(x: number, s: number): number {
  if (x < STIRLING_FROM) return logGamma(x + s) - logGamma(x);
  return (x + s - 0.5) * Math.log1p(s / x) + s * Math.log(x) - s + stirlingRest(x + s) - stirlingRest(x);
}

/** ln(1 + u) - u, also for small u. */
function logOnePlusMinus(u: number): number {
  if (Math.abs(u) > 0.1) return Math.log1p(u) - u;
  // u²/2 - u³/3 + …, with the sign taken out.
  let sum = 0;
  let power = u;
  for (let k = 2; k < 60; k++) {
    power *= -u;
    const term = power / k;
    sum += term;
    if (Math.abs(term) < Math.abs(sum) * EPSILON) break;
  }
  return sum;
}

/** ln(1 - e^y) for y <= 0, from whichever side keeps the digits. */
function logOfRest(y: number): number {
  return y < -Math.LN2 ? Math.log1p(-Math.exp(y)) : Math.log(-Math.expm1(y));
}

/** Fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < TINY ? TINY : d);
  let fraction = d;
  for (let m = 1; m < STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = Math.abs(c) < TINY ? TINY : c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = Math.abs(c) < TINY ? TINY : c;
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < EPSILON * 4) break;
  }
  return fraction;
}

/**
 * ln P(X >= x) of a negative binomial count with mean `mu` > 0 and shape `size` > 0 (variance mu + mu²/size):
 * the incomplete beta function I_q(x, size), q = mu / (mu + size). 0 for x <= 0.
 */
export function logUpperTail(mu: number, size: number, x: number): number {
  if (x <= 0) return 0;
  const logQ = -Math.log1p(size / mu);
  const logP = -Math.log1p(mu / size);
  const q = mu / (mu + size);
  // Γ(x + size) / (Γ(x) Γ(size)), q^x p^size: shared by both fractions.
  const front = logGammaRatio(x, size) - logGamma(size) + x * logQ + size * logP;
  if (q * (x + size + 2) < x + 1) return front - Math.log(x) + Math.log(betaFraction(x, size, q));
  const lower = front - Math.log(size) + Math.log(betaFraction(size, x, size / (mu + size)));
  return logOfRest(lower);
}

/** ln P(X = x) of the same count. */
export function logMass(mu: number, size: number, x: number): number {
  const gammas = x === 0 ? 0 : logGammaRatio(x, size) - logGamma(size) - Math.log(x);
  return gammas - x * Math.log1p(size / mu) - size * Math.log1p(mu / size);
}

/** ln P(X >= x) of a Poisson count with mean `mu` > 0; 0 for x <= 0. */
export function logUpperTailPoisson(mu: number, x: number): number {
  if (x <= 0) return 0;
  // mu^x e^-mu / x!
  const front =
    x >= STIRLING_FROM
      ? x * logOnePlusMinus((mu - x) / x) - 0.5 * Math.log(2 * Math.PI * x) - stirlingRest(x)
      : x * Math.log(mu) - mu - logGamma(x + 1);
  if (x > mu) {
    let sum = 1;
    let term = 1;
    for (let k = 1; k < STEPS_MAX && term > sum * EPSILON; k++) sum += term *= mu / (x + k);
    return front + Math.log(sum);
  }
  let sum = 0;
  let term = 1;
  for (let k = 0; k < x && k < STEPS_MAX && term > sum * EPSILON; k++) sum += term *= (x - k) / mu;
  return logOfRest(front + Math.log(sum));
}

/** The least n with P(X > n) <= `tail` of a negative binomial count. */
export function upperQuantile(mu: number, size: number, tail: number): number {
  const logTail = Math.log(tail);
  let high = Math.ceil(mu + 4 * Math.sqrt(mu + (mu * mu) / size));
  while (logUpperTail(mu, size, high + 1) > logTail) high = high * 2 + 1;
  let low = -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (logUpperTail(mu, size, middle + 1) <= logTail) high = middle;
    else low = middle;
  }
  return high;
}

/** A count less likely than this is not believed to be ordinary. */
const BELIEVED_TAIL = 0.001;

/** The count, or the largest that is believed of a mean and shape: what yesterday's event is cut to. */
export function believed(count: number, mean: number, shape: number): number {
  if (count <= mean + 4 * Math.sqrt(mean + (mean * mean) / shape) + 2) return count;
  return Math.min(count, upperQuantile(Math.max(mean, 1e-4), shape, BELIEVED_TAIL));
}
