// pure. The value below which a share of the numbers lies.
import { numberAt } from "./number-list";
import type { Value } from "./types";

/** Between neighbours as spreadsheets and `percentile_cont` do it. */
export function quantile(counts: ReadonlyMap<Value, number> | null, q: number): number | null {
  if (counts === null) return null;
  // Numbers by themselves are sorted many times as fast as pairs.
  const numbers = new Float64Array(counts.size);
  let [different, n] = [0, 0];
  for (const [value, times] of counts) {
    if (typeof value !== "number") continue;
    numbers[different++] = value;
    n += times;
  }
  if (n === 0) return null;
  const at = q * (n - 1);
  let seen = 0;
  let below: number | null = null;
  for (const value of numbers.subarray(0, different).sort()) {
    seen += counts.get(value) ?? 0;
    if (seen > Math.floor(at)) below ??= value;
    if (below !== null && seen > Math.ceil(at)) return below === value ? value : finite(below + (value - below) * (at - Math.floor(at)));
  }
  return below;
}

/** The same of numbers as they came; moves them about. */
export function quantileOfList(all: Float64Array, q: number): number | null {
  if (all.length === 0) return null;
  const at = q * (all.length - 1);
  const place = Math.floor(at);
  const below = numberAt(all, place);
  if (place === at) return finite(below);
  let above = all[place + 1] as number;
  for (let i = place + 2; i < all.length; i++) above = Math.min(above, all[i] as number);
  return finite(below + (above - below) * (at - place));
}

/** JSON has no infinity: what is too large for a number has no value. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
