// pure, and also in the browser. One row for each thing: its name, a bar, its number. The numbers stand in a column, so that they
// can be read like a table.
import { textWidth, wrap } from "../measure";
import { BARE_AXIS, type Drawing, drawing, type Pen, text } from "./frame";

export interface Row {
  label: string;
  /** 0–1 of the longest bar there could be. */
  length: number;
  /** Columns at the end of the row: `["128", "62 %"]`; the last one stands out. */
  numbers: readonly string[];
  /** Weight: what is most, or what is only "others". */
  strong?: boolean;
}

const MAX_LINES = 2;
const LABEL_SHARE = 0.36;
const LINE = 1.3;

export function rowsDrawing(pen: Pen, rows: readonly Row[], compact = rows.length > 16): Drawing {
  const size = compact ? pen.theme.fontSize - 1 : pen.theme.fontSize;
  const labelWidth = Math.min(pen.width * LABEL_SHARE, Math.max(40, ...rows.map(({ label }) => textWidth(label, size) + 6)));
  const lines = rows.map(({ label }) => wrap(label, labelWidth - 6, size, rows.length > 20 ? 1 : MAX_LINES));
  const columns = rows[0]?.numbers.length ?? 0;
  const columnWidths = Array.from(
    { length: columns },
    (_, i) => Math.max(...rows.map(({ numbers }) => textWidth(numbers[i] ?? "", size))) + 12,
  );
  const numbersWidth = columnWidths.reduce((sum, width) => sum + width, 0);
  const most = Math.max(1, ...lines.map((of) => of.length));
  const bar = compact ? 8 : 11;
  const band = Math.max(bar + (compact ? 8 : 13), most * size * LINE + (compact ? 3 : 8));
  const [before, after] = [labelWidth + 12, numbersWidth + 4];
  const category = {
    type: "category",
    data: lines.map((of) => of.join("\n")),
    inverse: true,
    ...BARE_AXIS,
  };
  const numberCells = rows.map(({ numbers }) => numbers.map((number, i) => `{c${i}|${number}}`).join(""));
  return drawing(pen, Math.ceil(band * rows.length + 4), {
    grid: { left: pen.rtl ? after : before, right: pen.rtl ? before : after, top: 2, bottom: 2 },
    xAxis: { type: "value", min: 0, max: 1, inverse: pen.rtl, show: false },
    yAxis: [
      {
        ...category,
        position: pen.rtl ? "right" : "left",
        axisLabel: { ...text(pen, { fontSize: size, lineHeight: size * LINE, interval: 0 }), margin: 12 },
      },
      {
        ...category,
        position: pen.rtl ? "left" : "right",
        axisLabel: {
          ...text(pen, { fontSize: size }),
          interval: 0,
          // The room before a number is on its left, where from right to left the bar is not.
          margin: pen.rtl ? 10 : 0,
          formatter: (_: string, index: number) => numberCells[index] ?? "",
          rich: Object.fromEntries(
            columnWidths.map((width, i) => [
              `c${i}`,
              {
                width,
                align: "right",
                fontSize: size,
                color: i === columns - 1 ? pen.palette.ink : pen.palette.inkSoft,
                fontWeight: i === columns - 1 ? 600 : 400,
              },
            ]),
          ),
        },
      },
    ],
    series: [
      {
        type: "bar",
        silent: true,
        barWidth: bar,
        showBackground: true,
        backgroundStyle: { color: pen.palette.tint, borderRadius: bar / 2 },
        itemStyle: { borderRadius: bar / 2 },
        data: rows.map(({ length, strong }) => ({
          // A bar too short to be seen would say "nobody".
          value: length > 0 ? Math.max(length, 0.006) : 0,
          itemStyle: { color: strong === false ? pen.palette.markSoft : pen.palette.mark },
        })),
      },
      { type: "bar", yAxisIndex: 1, data: [] },
    ],
  });
}
