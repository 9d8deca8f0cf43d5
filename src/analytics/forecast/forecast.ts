// pure. Next week by a trained model: the way to forecast and its widths were learned once a week, the level is that of yesterday.
import { intervalAround } from "./calibrate";
import { type Candidate, seasonalNaive, WEEK } from "./models";
import { mean } from "./steady";
import { CANDIDATES, type DayForecast, predict, type Trained, WINDOW_DAYS } from "./train";

export interface WeekForecast {
  days: DayForecast[];
  total: DayForecast;
}

export function forecastWeek(history: readonly number[], model: Trained, candidates: readonly Candidate[] = CANDIDATES): WeekForecast {
  const next = nextWeek(history, model, candidates);
  const days = next.map((predicted) => ({ predicted, ...intervalAround(predicted, model.daily) }));
  const predicted = next.reduce((sum, value) => sum + value, 0);
  return { days, total: { predicted, ...intervalAround(predicted, model.weekly) } };
}

function nextWeek(history: readonly number[], { kind, beside }: Trained, candidates: readonly Candidate[]): number[] {
  if (kind === "average") {
    const level = mean(history.slice(-WINDOW_DAYS));
    return Array.from({ length: WEEK }, () => level);
  }
  const blend = candidates.filter((each) => each.kind === kind || each.kind === beside);
  try {
    return predict(history, blend.length === 0 ? [seasonalNaive] : blend);
  } catch {
    // They could be fitted when they were chosen; whatever has come since, last week is still something to say.
    return predict(history, [seasonalNaive]);
  }
}
