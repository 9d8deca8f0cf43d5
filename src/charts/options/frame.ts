// pure, and also in the browser. What every chart has in common: no frame, no grid where a number says it, one family of colours.
import type { EChartsCoreOption } from "echarts/core";
import { type Palette, paletteOf } from "../colour";
import type { ChartTheme } from "../definition";

export interface Drawing {
  /** In CSS pixels. The width is given; the height is what the content needs. */
  width: number;
  height: number;
  option: EChartsCoreOption;
}

export interface Pen {
  theme: ChartTheme;
  palette: Palette;
  rtl: boolean;
  width: number;
}

export function penOf(theme: ChartTheme, width: number): Pen {
  return { theme, palette: paletteOf(theme.brand), rtl: theme.direction === "rtl", width };
}

export function drawing(pen: Pen, height: number, option: Record<string, unknown>): Drawing {
  const base = {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: pen.theme.font, fontSize: pen.theme.fontSize, color: pen.palette.ink },
  };
  return { width: pen.width, height, option: { ...base, ...option } };
}

export const BARE_AXIS = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } } as const;

export function text(pen: Pen, over: Record<string, unknown> = {}) {
  return { fontFamily: pen.theme.font, fontSize: pen.theme.fontSize, color: pen.palette.ink, ...over };
}

/** Round and not less than `most`: the end of an axis of counts, and about four steps towards it. */
export function axisOf(most: number): { max: number; step: number } {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most / 4)));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => Number.isInteger(one) && one * 4 >= most) ?? Math.ceil(most / 4);
  return { max: Math.max(1, Math.ceil(most / step)) * step, step };
}
