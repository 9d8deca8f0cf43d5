// pure. The values of a choice field with their labels, from how often each was given.
import type { FieldDescription } from "../../forms";

export interface ValueCount {
  value: string | number | boolean;
  label: string;
  count: number;
  /** Of those who answered the field; with several values each, shares add up to more than 1. */
  share: number;
}

export type Counts = ReadonlyMap<string, number>;

const SCALES: Partial<Record<FieldDescription["type"], readonly [from: number, to: number]>> = { nps: [0, 10], rating: [1, 5] };

/** What the form offers comes first and in its order, also what nobody chose; then what only older versions or open questions know. */
export function valuesOf(field: FieldDescription, counts: Counts, answered: number): ValueCount[] {
  const offered = offeredBy(field);
  const known = new Set(offered.map(([value]) => value));
  const others = [...counts].filter(([value]) => value !== "" && !known.has(value)).sort(([a, n], [b, m]) => m - n || byValue(a, b));
  const all = [...offered, ...others.map(([value]) => [value, value] as const)];
  // A scale may reach further than we know: its steps stay in order.
  if (SCALES[field.type] !== undefined) all.sort(([a], [b]) => Number(a) - Number(b));
  return all.map(([value, label]) => {
    const count = counts.get(value) ?? 0;
    return { value: typed(field, value), label, count, share: answered > 0 ? count / answered : 0 };
  });
}

export interface NpsSummary {
  /** -100 to 100; null when nobody has answered. */
  score: number | null;
  promoters: number;
  passives: number;
  detractors: number;
  /** The score is within these, 95 times of 100; null below two answers. */
  interval: { lower: number; upper: number } | null;
}

const Z95 = 1.959963984540054;

export function npsOf(counts: Counts): NpsSummary {
  const within = (from: number, to: number) =>
    [...counts].reduce((sum, [value, count]) => sum + (value !== "" && Number(value) >= from && Number(value) <= to ? count : 0), 0);
  const [promoters, passives, detractors] = [within(9, 10), within(7, 8), within(0, 6)];
  const all = promoters + passives + detractors;
  if (all === 0) return { score: null, promoters, passives, detractors, interval: null };
  const mean = (promoters - detractors) / all;
  const error = Math.sqrt(((promoters + detractors) / all - mean * mean) / Math.max(1, all - 1));
  const interval = all < 2 ? null : { lower: Math.max(-1, mean - Z95 * error) * 100, upper: Math.min(1, mean + Z95 * error) * 100 };
  return { score: mean * 100, promoters, passives, detractors, interval };
}

/** Of a question whose options are steps, such as from bad to good: where on them the answers lie on average, 1 for the first. */
export function meanStep(field: FieldDescription, counts: Counts): number | null {
  const offered = offeredBy(field);
  const answered = offered.reduce((sum, [value]) => sum + (counts.get(value) ?? 0), 0);
  return answered === 0 ? null : offered.reduce((sum, [value], i) => sum + (i + 1) * (counts.get(value) ?? 0), 0) / answered;
}

function offeredBy(field: FieldDescription): (readonly [value: string, label: string])[] {
  if (field.options !== undefined) return field.options.map(({ value, label }) => [value, label] as const);
  if (field.type === "yes_no")
    return [
      ["true", "Yes"],
      ["false", "No"],
    ];
  if (field.type === "consent")
    return [
      ["true", "Agreed"],
      ["false", "Not agreed"],
    ];
  const scale = SCALES[field.type];
  if (scale === undefined) return [];
  return Array.from({ length: scale[1] - scale[0] + 1 }, (_, i) => [String(scale[0] + i), String(scale[0] + i)] as const);
}

function typed({ type }: FieldDescription, value: string): string | number | boolean {
  if (type === "yes_no" || type === "consent") return value === "true";
  return type === "nps" || type === "rating" ? Number(value) : value;
}

function byValue(a: string, b: string): number {
  return a < b ? -1 : 1;
}
