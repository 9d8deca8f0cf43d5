// pure, and also in the browser. A matrix: each row is a whole, cut into its columns, from weak to strong.
import { ramp, textOn } from "../colour";
import type { ChartDefinition } from "../definition";
import { textWidth, wrap } from "../measure";
import { countText, shareText } from "../numbers";
import { BARE_AXIS, type Drawing, drawing, type Pen, text } from "./frame";

type Matrix = Extract<ChartDefinition, { kind: "matrix" }>;

const LABEL_SHARE = 0.34;
const LEGEND_LINE = 20;

export function matrixDrawing(pen: Pen, { columns, rows }: Matrix): Drawing {
  const { locale, fontSize } = pen.theme;
  const colours = ramp(pen.theme.brand, columns.length);
  const labelWidth = Math.min(pen.width * LABEL_SHARE, Math.max(40, ...rows.map(({ label }) => textWidth(label, fontSize) + 6)));
  const lines = rows.map(({ label }) => wrap(label, labelWidth - 6, fontSize, 2));
  const totals = rows.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
  const band = Math.max(26, Math.max(1, ...lines.map((of) => of.length)) * fontSize * 1.3 + 9);
  const barWidth = pen.width - labelWidth - 12 - NUMBERS;
  const legend = legendOf(pen, columns, colours);
  const category = { type: "category", inverse: true, ...BARE_AXIS };
  return drawing(pen, Math.ceil(legend.height + band * rows.length + 4), {
    grid: {
      left: pen.rtl ? NUMBERS : labelWidth + 12,
      right: pen.rtl ? labelWidth + 12 : NUMBERS,
      top: legend.height,
      bottom: 2,
    },
    graphic: legend.graphic,
    xAxis: { type: "value", min: 0, max: 1, inverse: pen.rtl, show: false },
    yAxis: [
      {
        ...category,
        position: pen.rtl ? "right" : "left",
        data: lines.map((of) => of.join("\n")),
        axisLabel: { ...text(pen, { interval: 0, lineHeight: fontSize * 1.3 }), margin: 12 },
      },
      {
        ...category,
        position: pen.rtl ? "left" : "right",
        data: totals.map((total) => countText(total, locale)),
        axisLabel: { ...text(pen, { interval: 0, color: pen.palette.inkSoft, fontSize: fontSize - 1 }), margin: 8 },
      },
    ],
    series: [
      ...columns.map((_, column) => ({
        type: "bar",
        stack: "row",
        silent: true,
        barWidth: 16,
        itemStyle: { color: colours[column], borderColor: "#ffffff", borderWidth: 0.8 },
        data: rows.map(({ counts }, row) => share(counts[column] ?? 0, totals[row] ?? 0)),
        label: {
          show: true,
          position: "inside",
          ...text(pen, { fontSize: fontSize - 2, color: textOn(colours[column] ?? "#ffffff"), fontWeight: 600 }),
          // A number wider than its piece would stand on its neighbours.
          formatter: ({ value }: { value: number }) =>
            value * barWidth > textWidth(shareText(value, locale), fontSize - 2) + 6 ? shareText(value, locale) : "",
        },
      })),
      { type: "bar", yAxisIndex: 1, data: [] },
    ],
  });
}

const NUMBERS = 44;

function share(count: number, total: number): number {
  return total > 0 ? count / total : 0;
}

/** Drawn by hand: the library's own legend needs a canvas to know where to break. */
function legendOf(pen: Pen, columns: readonly string[], colours: readonly string[]) {
  const size = pen.theme.fontSize - 1;
  const graphic: Record<string, unknown>[] = [];
  let [x, y] = [0, 0];
  for (const [i, label] of columns.entries()) {
    const [shown = ""] = wrap(label, pen.width * 0.45, size, 1);
    const width = 14 + textWidth(shown, size) + 16;
    if (x > 0 && x + width > pen.width) [x, y] = [0, y + LEGEND_LINE];
    const at = pen.rtl ? pen.width - x : x;
    graphic.push(
      {
        type: "rect",
        silent: true,
        shape: { x: pen.rtl ? at - 9 : at, y: y + 2, width: 9, height: 9, r: 1.5 },
        style: { fill: colours[i] },
      },
      {
        type: "text",
        silent: true,
        x: pen.rtl ? at - 14 : at + 14,
        y,
        style: { text: shown, fill: pen.palette.inkSoft, font: `${size}px ${pen.theme.font}`, textAlign: pen.rtl ? "right" : "left" },
      },
    );
    x += width;
  }
  return { graphic, height: y + LEGEND_LINE + 4 };
}
