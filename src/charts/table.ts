// pure, and also in the browser. What a chart shows, as a table: for who wants the numbers, or cannot see the picture.
import type { ChartDefinition } from "./definition";
import { countText, decimalText, shareText } from "./numbers";

export interface ChartTable {
  columns: string[];
  rows: string[][];
}

export function chartTable(definition: ChartDefinition, locale: string): ChartTable {
  const count = (value: number) => countText(value, locale);
  switch (definition.kind) {
    case "bars":
    case "scale":
    case "nps":
      return { columns: [], rows: definition.items.map((item) => [item.label, count(item.count), shareText(item.share, locale)]) };
    case "histogram":
      return {
        columns: [],
        rows: definition.bars.map(({ from, to, count: times }) => [
          definition.whole && to - from <= 1
            ? decimalText(from, locale, 2)
            : `${decimalText(from, locale, 2)} – ${decimalText(to, locale, 2)}`,
          count(times),
        ]),
      };
    case "timeseries":
      return { columns: [], rows: stretches(definition.points).map((point) => [point.label, count(point.count)]) };
    case "matrix":
      return { columns: ["", ...definition.columns], rows: definition.rows.map(({ label, counts }) => [label, ...counts.map(count)]) };
    case "ranking":
      return { columns: [], rows: definition.items.map(({ label, averageRank }) => [label, decimalText(averageRank, locale, 1)]) };
    case "words":
      return { columns: [], rows: definition.words.map(({ word, count: times }) => [word, count(times)]) };
  }
}

const MAX_STRETCHES = 12;

/** A line of many points is a picture; as a table it is told in a dozen stretches. */
function stretches(points: readonly { label: string; count: number }[]): { label: string; count: number }[] {
  const size = Math.ceil(points.length / MAX_STRETCHES);
  return Array.from({ length: Math.ceil(points.length / Math.max(1, size)) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const [first, last] = [part[0]?.label ?? "", part.at(-1)?.label ?? ""];
    return { label: first === last ? first : `${first} – ${last}`, count: part.reduce((sum, point) => sum + point.count, 0) };
  });
}
