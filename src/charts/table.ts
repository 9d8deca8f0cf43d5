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
      return { columns: [], rows: definition.points.filter((point) => point.count > 0).map((point) => [point.label, count(point.count)]) };
    case "matrix":
      return { columns: ["", ...definition.columns], rows: definition.rows.map(({ label, counts }) => [label, ...counts.map(count)]) };
    case "ranking":
      return { columns: [], rows: definition.items.map(({ label, averageRank }) => [label, decimalText(averageRank, locale, 1)]) };
    case "words":
      return { columns: [], rows: definition.words.map(({ word, count: times }) => [word, count(times)]) };
  }
}
