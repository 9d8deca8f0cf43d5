// pure. Forecasts of series whose future is known: trained at one day after another, judged by the week that followed.
import { forecastWeek } from "../../../src/analytics/forecast/forecast";
import { type Candidate, seasonalNaive } from "../../../src/analytics/forecast/models";
import { train } from "../../../src/analytics/forecast/train";
import type { Known } from "./series";

export interface Verdict {
  name: string;
  stable: boolean;
  kinds: Record<string, number>;
  weeks: number;
  came: number;
  /** Sums of how far a week's total was off, ours and that of "as last week". */
  off: number;
  offNaive: number;
  dailyOff: number;
  dailyOffNaive: number;
  coveredDays: number;
  coveredWeeks: number;
  weeksWithinFifth: number;
}

export function judge({ name, stable, values }: Known, candidates: readonly Candidate[], origins: number): Verdict {
  const verdict: Verdict = {
    name,
    stable,
    kinds: {},
    weeks: 0,
    came: 0,
    off: 0,
    offNaive: 0,
    dailyOff: 0,
    dailyOffNaive: 0,
    coveredDays: 0,
    coveredWeeks: 0,
    weeksWithinFifth: 0,
  };
  for (let i = 0; i < origins; i++) {
    // Today is `at`: not over, so not among what is known; next week begins a day later.
    const at = values.length - 8 - i * 7;
    const past = values.slice(0, at);
    const future = values.slice(at + 1, at + 8);
    const lastWeek = seasonalNaive.fit(past).next.slice(1);
    const model = train(past, candidates);
    const { days, total } = forecastWeek(past, model, candidates);
    const came = sum(future);
    verdict.kinds[model.kind] = (verdict.kinds[model.kind] ?? 0) + 1;
    verdict.weeks += 1;
    verdict.came += came;
    verdict.off += Math.abs(came - total.predicted);
    verdict.offNaive += Math.abs(came - sum(lastWeek));
    if (Math.abs(came - total.predicted) <= came / 5) verdict.weeksWithinFifth += 1;
    for (const [h, actual] of future.entries()) {
      const day = days[h];
      if (day === undefined) continue;
      verdict.dailyOff += Math.abs(actual - day.predicted);
      verdict.dailyOffNaive += Math.abs(actual - (lastWeek[h] ?? 0));
      if (actual >= day.lower && actual <= day.upper) verdict.coveredDays += 1;
    }
    if (came >= total.lower && came <= total.upper) verdict.coveredWeeks += 1;
  }
  return verdict;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
