// A chart as SVG text, on the server: ECharts' core with only what we draw with, no canvas, no document.
import { BarChart, LineChart } from "echarts/charts";
import { GraphicComponent, GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { ChartDefinition, ChartTheme } from "./definition";
import { draw } from "./options";

use([BarChart, LineChart, GridComponent, GraphicComponent, SVGRenderer]);

export interface ChartPicture {
  svg: string;
  width: number;
  height: number;
}

export function chartSvg(definition: ChartDefinition, theme: ChartTheme, width: number): ChartPicture {
  const { option, height } = draw(definition, theme, width);
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    return { svg: asPrinted(chart.renderToSVGString()), width, height };
  } finally {
    chart.dispose();
  }
}

/** Rules for a pointer that paper does not have; their class names would also be shared by every chart of a page. */
function asPrinted(svg: string): string {
  return svg.replace(/<style[^>]*>[\s\S]*?<\/style>/g, "").replace(/ class="[^"]*"/g, "");
}
