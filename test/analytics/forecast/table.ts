// The figures of the forecasts over series of known shape, as lines to print.
import { ALL_CANDIDATES } from "../../../src/analytics/forecast/candidates";
import { judge, type Verdict } from "./judge";
import { knownSeries } from "./series";

const share = (part: number, whole: number) => `${((100 * part) / Math.max(1e-9, whole)).toFixed(1)} %`.padStart(8);
const ratio = (part: number, whole: number) => (part / Math.max(1e-9, whole)).toFixed(2).padStart(6);

export function forecastFigures(seeds: readonly number[], origins: number): string[] {
  const all = seeds.flatMap((seed) => knownSeries(seed).map((known) => judge(known, ALL_CANDIDATES, origins)));
  const names = [...new Set(all.map(({ name }) => name))];
  const lines = [
    `${seeds.length} seeds × ${names.length} series × ${origins} weeks; off = |forecast − came| of a week's total as a share of what came`,
    `${"series".padEnd(32)} ${"off".padStart(8)} ${"as last week".padStart(13)} ${"days: ratio".padStart(12)} ${"days in 95 %".padStart(13)} ${"weeks in 95 %".padStart(14)}  chosen`,
  ];
  for (const name of names)
    lines.push(
      lineOf(
        name,
        all.filter((each) => each.name === name),
      ),
    );
  lines.push(lineOf("all", all));
  const stable = all.filter((each) => each.stable);
  const within = stable.reduce((sum, { weeksWithinFifth }) => sum + weeksWithinFifth, 0);
  lines.push(
    `stable series: ${share(
      within,
      stable.reduce((sum, { weeks }) => sum + weeks, 0),
    ).trim()} of weeks within ±20 %, mean ${share(total(stable, "off"), total(stable, "came")).trim()} off`,
  );
  return lines;
}

function lineOf(name: string, verdicts: readonly Verdict[]): string {
  const kinds = new Map<string, number>();
  for (const verdict of verdicts) for (const [kind, n] of Object.entries(verdict.kinds)) kinds.set(kind, (kinds.get(kind) ?? 0) + n);
  const chosen = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, n]) => `${kind} ${n}`);
  const weeks = total(verdicts, "weeks");
  return [
    name.padEnd(32),
    share(total(verdicts, "off"), total(verdicts, "came")),
    share(total(verdicts, "offNaive"), total(verdicts, "came")).padStart(13),
    ratio(total(verdicts, "dailyOff"), total(verdicts, "dailyOffNaive")).padStart(12),
    share(total(verdicts, "coveredDays"), 7 * weeks).padStart(13),
    share(total(verdicts, "coveredWeeks"), weeks).padStart(14),
    ` ${chosen.join(", ")}`,
  ].join(" ");
}

export function total(
  verdicts: readonly Verdict[],
  of: "off" | "offNaive" | "came" | "dailyOff" | "dailyOffNaive" | "coveredDays" | "coveredWeeks" | "weeks" | "weeksWithinFifth",
): number {
  return verdicts.reduce((sum, verdict) => sum + verdict[of], 0);
}
