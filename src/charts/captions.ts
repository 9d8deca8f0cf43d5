// pure, and also in the browser. What a chart shows, in a sentence: for who reads no charts, and for who hears them.
import type { ChartDefinition } from "./definition";
import { countText, decimalText, shareText } from "./numbers";

/** Empty when there is nothing to say. */
export function captionOf(definition: ChartDefinition, locale: string): string {
  switch (definition.kind) {
    case "bars":
      return ofChoices(definition.items, locale);
    case "scale":
      return ofScale(definition.items, locale);
    case "nps":
      return ofNps(definition, locale);
    case "histogram":
      return ofNumbers(definition, locale);
    case "timeseries":
      return ofTime(definition, locale);
    case "matrix":
      return ofMatrix(definition, locale);
    case "ranking": {
      const [first, second] = definition.items;
      if (first === undefined) return "";
      const then = second === undefined ? "" : `, before ${second.label} (${decimalText(second.averageRank, locale)})`;
      return `${first.label} was ranked highest, at ${decimalText(first.averageRank, locale)} on average${then}.`;
    }
    case "words": {
      const [first, second, third] = definition.words;
      if (first === undefined) return "";
      const rest = [second, third].filter((one) => one !== undefined).map(({ word }) => `“${word}”`);
      return `The most frequent word is “${first.word}”, in ${answers(first.count, locale)}${rest.length === 0 ? "" : `; then ${rest.join(" and ")}`}.`;
    }
  }
}

type Of<K extends ChartDefinition["kind"]> = Extract<ChartDefinition, { kind: K }>;

function ofChoices(items: Of<"bars">["items"], locale: string): string {
  const ordered = items.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const [first, second] = ordered;
  if (first === undefined) return "";
  if (second === undefined) return `Everybody who answered chose ${first.label}.`;
  const ties = ordered.filter(({ count }) => count === first.count);
  if (ties.length > 3) return `${ties.length} options share the lead, each with ${shareText(first.share, locale)}.`;
  if (ties.length > 1)
    return `${ties.map(({ label }) => label).join(" and ")} share the lead, each with ${shareText(first.share, locale)}.`;
  return `${shareText(first.share, locale)} chose ${first.label}, followed by ${second.label} with ${shareText(second.share, locale)}.`;
}

function ofScale(items: Of<"scale">["items"], locale: string): string {
  const all = items.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return "";
  const top = items.slice(-2);
  const share = top.reduce((sum, { count }) => sum + count, 0) / all;
  return `${shareText(share, locale)} gave ${top.map(({ label }) => label).join(" or ")} of ${items.at(-1)?.label ?? ""}.`;
}

function ofNps({ score, promoters, passives, detractors }: Of<"nps">, locale: string): string {
  const all = promoters + passives + detractors;
  if (score === null || all === 0) return "";
  return `${shareText(promoters / all, locale)} are promoters (9–10), ${shareText(passives / all, locale)} passive (7–8) and ${shareText(detractors / all, locale)} detractors (0–6): a score of ${signed(score, locale)}.`;
}

function ofNumbers({ bars, mean, median, whole }: Of<"histogram">, locale: string): string {
  const most = bars.reduce<(typeof bars)[number] | undefined>(
    (best, bar) => (best === undefined || bar.count > best.count ? bar : best),
    undefined,
  );
  if (most === undefined || mean === null || median === null) return "";
  const typical =
    whole && most.to - most.from <= 1
      ? decimalText(most.from, locale, 2)
      : `${decimalText(most.from, locale, 2)} to ${decimalText(whole ? most.to - 1 : most.to, locale, 2)}`;
  return bars.length === 1
    ? `Every answer is ${decimalText(median, locale, 2)}.`
    : `Half of the answers are ${decimalText(median, locale, 2)} or less; the most common range is ${typical}.`.replace(
        "range is",
        whole && most.to - most.from <= 1 ? "answer is" : "range is",
      );
}

function ofTime({ points }: Of<"timeseries">, locale: string): string {
  const most = points.reduce<(typeof points)[number] | undefined>(
    (best, point) => (best === undefined || point.count > best.count ? point : best),
    undefined,
  );
  if (most === undefined || most.count === 0) return "";
  return points.length === 1
    ? `${countText(most.count, locale)} on ${most.label}.`
    : `The most came on ${most.label}: ${countText(most.count, locale)}.`;
}

function ofMatrix({ columns, rows }: Of<"matrix">, locale: string): string {
  const last = columns.length - 1;
  const best = rows
    .map(({ label, counts }) => ({
      label,
      share:
        (counts[last] ?? 0) /
        Math.max(
          1,
          counts.reduce((sum, count) => sum + count, 0),
        ),
    }))
    .sort((a, b) => b.share - a.share);
  const [first] = best;
  if (first === undefined || first.share === 0) return "";
  return `“${columns[last] ?? ""}” was chosen most often for ${first.label} (${shareText(first.share, locale)}).`;
}

export function signed(value: number, locale: string): string {
  const rounded = Math.round(value);
  return new Intl.NumberFormat(locale, { signDisplay: "exceptZero", maximumFractionDigits: 0 }).format(rounded === 0 ? 0 : rounded);
}

function answers(count: number, locale: string): string {
  return count === 1 ? "one answer" : `${countText(count, locale)} answers`;
}
