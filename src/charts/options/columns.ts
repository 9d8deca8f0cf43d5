// pure, and also in the browser. Upright bars in an order that means something: a scale, a histogram, time.

import type { ChartDefinition } from "../definition";
import { textWidth } from "../measure";
import { countText, decimalText, shareText } from "../numbers";
import { axisOf, BARE_AXIS, type Drawing, drawing, type Pen, text } from "./frame";

const HEIGHT = 136;

type Of<K extends ChartDefinition["kind"]> = Extract<ChartDefinition, { kind: K }>;

export function scaleDrawing(pen: Pen, { items }: Of<"scale">, colours?: readonly string[]): Drawing {
  const { locale, fontSize } = pen.theme;
  return drawing(pen, HEIGHT, {
    grid: { left: 4, right: 4, top: 34, bottom: 24 },
    xAxis: {
      type: "category",
      inverse: pen.rtl,
      data: items.map(({ label }) => label),
      axisLine: { lineStyle: { color: pen.palette.line } },
      axisTick: { show: false },
      axisLabel: text(pen, { interval: 0, color: pen.palette.inkSoft }),
    },
    yAxis: { type: "value", show: false, min: 0, max: Math.max(1, ...items.map(({ count }) => count)) },
    series: [
      {
        type: "bar",
        silent: true,
        barMaxWidth: 54,
        barCategoryGap: "22%",
        itemStyle: { borderRadius: [2, 2, 0, 0] },
        data: items.map(({ count }, i) => ({ value: count, itemStyle: { color: colours?.[i] ?? pen.palette.mark } })),
        label: {
          show: true,
          position: "top",
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const item = items[dataIndex];
            return item === undefined || item.count === 0
              ? ""
              : `{s|${shareText(item.share, locale)}}\n{n|${countText(item.count, locale)}}`;
          },
          rich: {
            s: text(pen, { fontWeight: 600, lineHeight: fontSize * 1.3 }),
            n: text(pen, { fontSize: fontSize - 2, color: pen.palette.inkSoft, lineHeight: fontSize * 1.2 }),
          },
        },
      },
    ],
  });
}

export function npsDrawing(pen: Pen, definition: Of<"nps">): Drawing {
  // Grey, not red: beside a red brand red would say nothing.
  const { inkFaint, mark, markSoft } = pen.palette;
  const colours = definition.items.map(({ label }) => (Number(label) >= 9 ? mark : Number(label) >= 7 ? markSoft : inkFaint));
  return scaleDrawing(pen, { kind: "scale", items: definition.items }, colours);
}

export function histogramDrawing(pen: Pen, { bars, whole }: Of<"histogram">): Drawing {
  const { locale } = pen.theme;
  const most = Math.max(1, ...bars.map(({ count }) => count));
  // A bar of one whole number is called by it; a wider one by its ends.
  const single = whole && bars.every(({ from, to }) => to - from <= 1);
  const labels = bars.map(({ from, to }) =>
    single ? decimalText(from, locale, 2) : `${decimalText(from, locale, 2)}–${decimalText(whole ? to - 1 : to, locale, 2)}`,
  );
  const slot = pen.width / Math.max(1, bars.length);
  const widest = Math.max(...labels.map((label) => textWidth(label, pen.theme.fontSize - 1)), 1) + 8;
  return drawing(pen, HEIGHT, {
    grid: { left: 4, right: 4, top: 22, bottom: 24 },
    xAxis: {
      type: "category",
      inverse: pen.rtl,
      data: labels,
      axisLine: { lineStyle: { color: pen.palette.line } },
      axisTick: { show: false },
      axisLabel: text(pen, {
        interval: Math.max(0, Math.ceil(widest / slot) - 1),
        fontSize: pen.theme.fontSize - 1,
        color: pen.palette.inkSoft,
      }),
    },
    yAxis: { type: "value", show: false, min: 0, max: most },
    series: [
      {
        type: "bar",
        silent: true,
        barCategoryGap: "6%",
        barMaxWidth: 90,
        itemStyle: { color: pen.palette.mark },
        data: bars.map(({ count }) => count),
        label: {
          show: slot > 22,
          position: "top",
          formatter: ({ value }: { value: number }) => (value > 0 ? countText(value, locale) : ""),
          ...text(pen, { fontSize: pen.theme.fontSize - 1 }),
        },
      },
    ],
  });
}

export function timeseriesDrawing(pen: Pen, { points, before }: Of<"timeseries">): Drawing {
  const { locale, fontSize } = pen.theme;
  const { max, step } = axisOf(Math.max(1, ...points.map(({ count }) => count), ...(before ?? [])));
  const few = points.length <= 62;
  const ends = new Set([0, points.length - 1]);
  const every = Math.max(
    1,
    Math.ceil(
      points.length /
        Math.max(2, Math.floor(pen.width / (Math.max(...points.map(({ label }) => textWidth(label, fontSize - 1)), 20) + 26))),
    ),
  );
  const series = few
    ? {
        type: "bar",
        barCategoryGap: points.length > 20 ? "18%" : "34%",
        barMaxWidth: 34,
        itemStyle: { color: pen.palette.mark, borderRadius: [1.5, 1.5, 0, 0] },
      }
    : {
        type: "line",
        showSymbol: false,
        lineStyle: { color: pen.palette.mark, width: 1.6 },
        areaStyle: { color: pen.palette.tintStrong, opacity: 1 },
        smooth: 0.15,
      };
  return drawing(pen, HEIGHT + 16, {
    grid: { left: pen.rtl ? 8 : 34, right: pen.rtl ? 34 : 8, top: 12, bottom: 24 },
    xAxis: {
      type: "category",
      inverse: pen.rtl,
      boundaryGap: few,
      data: points.map(({ label }) => label),
      axisLine: { lineStyle: { color: pen.palette.line } },
      axisTick: { show: false },
      axisLabel: text(pen, {
        interval: (index: number) => index % every === 0 || (ends.has(index) && index % every > every * 0.75),
        hideOverlap: true,
        fontSize: fontSize - 1,
        color: pen.palette.inkSoft,
      }),
    },
    yAxis: {
      type: "value",
      min: 0,
      max,
      interval: step,
      position: pen.rtl ? "right" : "left",
      ...BARE_AXIS,
      splitLine: { show: true, lineStyle: { color: pen.palette.line, width: 0.6 } },
      axisLabel: text(pen, { fontSize: fontSize - 1, color: pen.palette.inkSoft, formatter: (value: number) => countText(value, locale) }),
    },
    series: [
      { ...series, silent: true, data: points.map(({ count }) => count) },
      ...(before === undefined
        ? []
        : [
            {
              type: "line",
              silent: true,
              showSymbol: false,
              data: before,
              z: 5,
              lineStyle: { color: pen.palette.ink, width: 1, type: [3, 2] },
            },
          ]),
    ],
  });
}
