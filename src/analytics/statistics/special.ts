// pure. The functions that probabilities are made of, in the precision of a double.

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

const TINY = 1e-300;
const ENOUGH = 1e-15;
const MAX_STEPS = 20_000;

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (modified Lentz). */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on one side of the mean, the other side is its mirror.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaCdf(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let c = 1;
  let d = 1 / keepOff(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MAX_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keepOff(1 + even * d);
    c = keepOff(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keepOff(1 + odd * d);
    c = keepOff(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < ENOUGH) break;
  }
  return clamp(front * fraction);
}

/** The upper tail of the regularised incomplete gamma function, Q(a, x). */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n <= MAX_STEPS && Math.abs(term) > Math.abs(sum) * ENOUGH; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return clamp(1 - front * sum);
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i <= MAX_STEPS; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / keepOff(an * d + b);
    c = keepOff(b + an / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH) break;
  }
  return clamp(front * fraction);
}

/** P(Z > z) of the standard normal distribution. */
export function normalTail(z: number): number {
  return z >= 0 ? gammaTail(0.5, (z * z) / 2) / 2 : 1 - normalTail(-z);
}

/** P(|T| > t) of Student's distribution. */
export function studentTails(t: number, freedom: number): number {
  return betaCdf(freedom / (freedom + t * t), freedom / 2, 0.5);
}

export function chiSquareTail(statistic: number, freedom: number): number {
  return gammaTail(freedom / 2, statistic / 2);
}

/** Where a growing function reaches `wanted`. */
export function solve(of: (x: number) => number, wanted: number, low: number, high: number): number {
  let [from, to] = [low, high];
  for (let i = 0; i < 200 && to - from > Math.abs(from + to) * 1e-14; i++) {
    const middle = (from + to) / 2;
    if (of(middle) < wanted) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

function keepOff(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

function clamp(p: number): number {
  return Math.max(0, Math.min(1, p));
}
