// pure, and also in the browser. From what a chart says to how ECharts draws it, on paper and on the screen.
import type { ChartDefinition, ChartTheme } from "../definition";
import { countText, decimalText, shareText } from "../numbers";
import { histogramDrawing, npsDrawing, scaleDrawing, timeseriesDrawing } from "./columns";
import { type Drawing, penOf } from "./frame";
import { rowsDrawing } from "./rows";
import { matrixDrawing } from "./stacked";

export type { Drawing } from "./frame";

export function draw(definition: ChartDefinition, theme: ChartTheme, width: number): Drawing {
  const pen = penOf(theme, width);
  const { locale } = theme;
  switch (definition.kind) {
    case "bars": {
      // The longest bar fills the row when all are short: forty options of 3 % each would otherwise be forty dots.
      const most = Math.max(0.001, ...definition.items.map(({ share }) => share));
      const whole = most > 0.4 ? Math.max(1, most) : most / 0.8;
      return rowsDrawing(
        pen,
        definition.items.map(({ label, count, share }) => ({
          label,
          length: share / whole,
          numbers: [countText(count, locale), shareText(share, locale)],
          strong: share === most,
        })),
      );
    }
    case "ranking":
      return rowsDrawing(
        pen,
        definition.items.map(({ label, averageRank }, i) => ({
          label,
          length: definition.places <= 1 ? 1 : (definition.places - averageRank + 0.4) / (definition.places - 0.6),
          numbers: [decimalText(averageRank, locale, 1)],
          strong: i === 0,
        })),
      );
    case "words": {
      const most = Math.max(1, ...definition.words.map(({ count }) => count));
      return rowsDrawing(
        pen,
        definition.words.map(({ word, count }) => ({ label: word, length: count / most, numbers: [countText(count, locale)] })),
        true,
      );
    }
    case "scale":
      return scaleDrawing(pen, definition);
    case "nps":
      return npsDrawing(pen, definition);
    case "histogram":
      return histogramDrawing(pen, definition);
    case "timeseries":
      return timeseriesDrawing(pen, definition);
    case "matrix":
      return matrixDrawing(pen, definition);
  }
}
