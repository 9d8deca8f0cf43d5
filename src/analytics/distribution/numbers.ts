// pure. What can be said about numbers, from each distinct one and how often it was given, in ascending order.

export type NumberCounts = readonly (readonly [value: number, count: number])[];

export interface NumberSummary {
  mean: number;
  median: number;
  min: number;
  max: number;
  /** Of a sample; null for a single number. */
  standardDeviation: number | null;
  /** The lower, the middle and the upper one, interpolated between neighbours as spreadsheets do. */
  quartiles: [number, number, number];
  /** Each bar from `from` up to but without `to`; the last one with it. */
  histogram: { from: number; to: number; count: number }[];
}

const MAX_BARS = 20;

export function summariseNumbers(counts: NumberCounts): NumberSummary | null {
  const first = counts[0];
  const last = counts.at(-1);
  if (first === undefined || last === undefined) return null;
  const n = counts.reduce((sum, [, count]) => sum + count, 0);
  const total = counts.reduce((sum, [value, count]) => sum + value * count, 0);
  const quartile = quantiles(counts, n);
  const [lower, median, upper] = [quartile(0.25), quartile(0.5), quartile(0.75)];
  // Rounding must not put the mean outside of what it is the mean of.
  const mean = Math.min(last[0], Math.max(first[0], total / n));
  const squares = counts.reduce((sum, [value, count]) => sum + count * (value - mean) ** 2, 0);
  return {
    mean,
    standardDeviation: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    median,
    min: first[0],
    max: last[0],
    quartiles: [lower, median, upper],
    histogram: histogramOf(counts, n),
  };
}

function quantiles(counts: NumberCounts, n: number): (q: number) => number {
  const upTo: number[] = [];
  for (const [, count] of counts) upTo.push((upTo.at(-1) ?? 0) + count);
  const nth = (index: number) => counts[upTo.findIndex((seen) => seen > index)]?.[0] ?? 0;
  return (q) => {
    const at = q * (n - 1);
    const below = nth(Math.floor(at));
    return below + (nth(Math.ceil(at)) - below) * (at - Math.floor(at));
  };
}

function histogramOf(counts: NumberCounts, n: number): NumberSummary["histogram"] {
  const min = counts[0]?.[0] ?? 0;
  const max = counts.at(-1)?.[0] ?? 0;
  const whole = counts.every(([value]) => Number.isSafeInteger(value));
  const bars = Math.min(MAX_BARS, Math.ceil(Math.log2(n)) + 1);
  const width = niceWidth((max - min) / bars, whole);
  if (!Number.isFinite(width) || width === 0 || min + width === min || max - width === max) return [{ from: min, to: max, count: n }];
  const first = Math.floor(min / width);
  // Whole numbers stand for themselves, so the largest has a bar; of others it may close the last one.
  const length = Math.max(1, whole ? Math.floor(max / width) - first + 1 : Math.ceil(max / width) - first);
  const histogram = Array.from({ length }, (_, i) => ({ from: round((first + i) * width), to: round((first + i + 1) * width), count: 0 }));
  let bar = 0;
  for (const [value, count] of counts) {
    while (bar < histogram.length - 1 && value >= (histogram[bar]?.to ?? max)) bar += 1;
    const here = histogram[bar];
    if (here !== undefined) here.count += count;
  }
  return histogram;
}

/** 1, 2, 2.5 or 5 times a power of ten, not less than asked for. */
function niceWidth(atLeast: number, whole: boolean): number {
  if (whole && atLeast <= 1) return 1;
  if (atLeast <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= atLeast * (1 - 1e-9) && !(whole && !Number.isInteger(factor * power)));
  return (step ?? 10) * power;
}

/** Takes away what binary fractions add: 0.30000000000000004. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}
