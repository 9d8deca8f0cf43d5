// A chart on paper: vector, as wide as the column, with its sentence above it.
import { raw } from "hono/html";
import { chartSvg } from "../../src/charts";
import type { Chart } from "../../src/reports/pdf/model";
import { columnWidth, FONTS } from "./look";
import type { Sheet } from "./template";

export function ChartFigure({ sheet, chart, share = 1 }: { sheet: Sheet; chart: Chart; share?: number }) {
  const { setting, writing } = sheet;
  const theme = {
    brand: setting.look.brand,
    font: FONTS[setting.look.body].replaceAll('"', "'"),
    fontSize: 11,
    direction: writing.rightToLeft ? ("rtl" as const) : ("ltr" as const),
    locale: writing.locale,
  };
  const { svg } = chartSvg(chart.definition, theme, Math.floor(columnWidth(setting.look) * share));
  return (
    <figure class="chart">
      {chart.caption !== "" && <figcaption dir="auto">{chart.caption}</figcaption>}
      {/* Anchors of text in a drawing follow the direction of the page; a drawing has mirrored itself already. */}
      <div dir="ltr">{raw(svg)}</div>
    </figure>
  );
}
