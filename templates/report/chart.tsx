// A chart on paper: vector, as wide as the column, with its sentence above it.
import { raw } from "hono/html";
import { chartSvg, chartTable } from "../../src/charts";
import type { Chart } from "../../src/reports/pdf/model";
import { columnWidth, FONTS } from "./look";
import type { Sheet } from "./template";

export function ChartFigure({ sheet, chart, share = 1 }: { sheet: Sheet; chart: Chart; share?: number }) {
  const { setting, writing } = sheet;
  if (!setting.charts) return <NumbersTable chart={chart} locale={writing.locale} />;
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
      {chart.caption !== "" && <figcaption>{chart.caption}</figcaption>}
      {/* Anchors of text in a drawing follow the direction of the page; a drawing has mirrored itself already. */}
      <div dir="ltr">{raw(svg)}</div>
    </figure>
  );
}

/** The same numbers for who wants no pictures. */
function NumbersTable({ chart, locale }: { chart: Chart; locale: string }) {
  const { columns, rows } = chartTable(chart.definition, locale);
  return (
    <figure class="chart">
      {chart.caption !== "" && <figcaption>{chart.caption}</figcaption>}
      <table class="numbers">
        {columns.length > 0 && (
          <thead>
            <tr>
              {columns.map((column) => (
                <th>
                  <bdi>{column}</bdi>
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>
                  <bdi>{cell}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
