// pure. What the answers to each question add up to, for every format that says so.
import type { Tally } from "../table/tally";
import { moneyText } from "./money";

export interface QuestionSummary {
  key: string;
  label: string;
  answered: number;
  figures: { average: number; least: number; most: number } | null;
  /** Most chosen first, of a ranking what stands highest; null where there is nothing to choose from. */
  choices: ChoiceSummary[] | null;
}

export interface ChoiceSummary {
  label: string;
  count: number;
  share: number;
  /** Of a ranking: on average. */
  place: number | null;
}

export function summaryOf(tally: Tally): QuestionSummary[] {
  return tally.columns.flatMap(({ column, answered, numbers, choices, places }) => {
    if (column.field === null && !column.calculated) return [];
    const labels = new Map(column.field?.options?.map(({ value, label }) => [value, label]));
    const ranked = [...(choices ?? [])].map(([value, count]): ChoiceSummary => {
      const sum = places?.get(value);
      return { label: labels.get(value) ?? value, count, share: count / answered, place: sum === undefined ? null : sum / count };
    });
    ranked.sort((a, b) => (a.place ?? 0) - (b.place ?? 0) || b.count - a.count);
    return {
      key: column.key,
      label: column.label,
      answered,
      figures: numbers === null ? null : { average: numbers.sum / numbers.count, least: numbers.min, most: numbers.max },
      choices: choices === null ? null : ranked,
    };
  });
}

/** In a document: what nobody answered and the long tail of choices only take space. */
const MAX_CHOICES_SHOWN = 30;

export function answeredOf(tally: Tally): QuestionSummary[] {
  return summaryOf(tally)
    .filter(({ answered }) => answered > 0)
    .map((question) => ({ ...question, choices: question.choices?.slice(0, MAX_CHOICES_SHOWN) ?? null }));
}

/** `currency`: of an amount. */
export function shortNumber(value: number, currency?: string): string {
  return currency === undefined ? String(Math.round(value * 100) / 100) : moneyText(value, currency);
}

export function percent(share: number): string {
  return String(Math.round(share * 100));
}
