// The figures of the default detectors over made-up pasts, as lines to print.
import { histories } from "./histories";
import { type Tally, tally } from "./judge";

export function anomalyFigures(seeds: readonly number[]): string[] {
  const planted = tally(seeds.flatMap((seed) => histories(seed, true)));
  const ordinary = tally(seeds.flatMap((seed) => histories(seed + 5_000, false)));
  const line = (name: string, { planted: n, found, reported, explained }: Tally) =>
    `${name.padEnd(18)} ${String(n).padStart(8)} ${percent(found, n)} ${String(reported).padStart(9)} ${percent(explained, reported)}`;
  return [
    `${seeds.length} seeds × 7 forms × 20 weeks, five kinds of event planted in each; default detectors`,
    `${"kind".padEnd(18)} ${"planted".padStart(8)} ${"recall".padStart(8)} ${"reported".padStart(9)} ${"precision".padStart(8)}`,
    ...Object.entries(planted.byKind).map(([kind, each]) => line(kind, each)),
    line("all", planted.all),
    `false alarms in ordinary weeks: ${(ordinary.all.reported / ordinary.all.weeks).toFixed(3)} a form and week (${Object.entries(
      ordinary.byKind,
    )
      .map(([kind, each]) => `${kind} ${(each.reported / each.weeks).toFixed(4)}`)
      .join(", ")})`,
  ];
}

function percent(part: number, whole: number): string {
  return (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`).padStart(8);
}
