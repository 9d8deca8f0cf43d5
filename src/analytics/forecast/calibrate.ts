// pure. How wide an interval must be, from how far the same model was off before (conformal: no bell curve is assumed). Errors are
// measured in units of the noise that counting alone makes at that level, so that a busy Monday and a quiet Sunday share them.

/** For 95 %: a little less in each tail, because the model was chosen by the errors that it is measured with. */
const TAIL = 0.018;
const FEW_WIDER = 1.08;

/** In units of `noiseAt`, below and above the prediction. */
export interface Width {
  below: number;
  above: number;
}

export function noiseAt(expected: number): number {
  return Math.sqrt(Math.max(expected, 0.5));
}

export interface Miss {
  predicted: number;
  actual: number;
}

/** `independent`: how many of them tell something of their own; overlapping weeks mostly repeat each other. */
export function widthOf(misses: readonly Miss[], independent = misses.length): Width {
  const scores = misses.map(({ predicted, actual }) => (actual - predicted) / noiseAt(predicted)).sort((a, b) => a - b);
  if (scores.length === 0) return { below: 2, above: 2 };
  const spread = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0) / scores.length);
  const few = FEW_WIDER * studentT(Math.max(1, independent)) * spread;
  const enough = independent * TAIL >= 1;
  return enough
    ? { below: Math.max(0, -quantile(scores, TAIL)), above: Math.max(0, quantile(scores, 1 - TAIL)) }
    : { below: Math.max(few, 0), above: Math.max(few, 0) };
}

/** With the one place more that the next value needs. */
function quantile(sorted: readonly number[], share: number): number {
  const n = sorted.length;
  const place = share < 0.5 ? Math.floor((n + 1) * share) - 1 : Math.ceil((n + 1) * share) - 1;
  return sorted[Math.min(n - 1, Math.max(0, place))] ?? 0;
}

/** The two-sided 95 % point; Cornish and Fisher's expansion, good to a percent from 3 on. */
export function studentT(degrees: number): number {
  if (degrees < 2) return 12.7;
  if (degrees < 3) return 4.3;
  const z = 1.959964;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + g1 / degrees + g2 / degrees ** 2;
}

export function intervalAround(predicted: number, { below, above }: Width): { lower: number; upper: number } {
  const noise = noiseAt(predicted);
  return { lower: Math.max(0, predicted - below * noise), upper: Math.max(0, predicted + above * noise) };
}
