import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChartDefinition,
  captionOf,
  chartSvg,
  chartTable,
  contrast,
  DEFAULT_THEME,
  draw,
  paletteOf,
  ramp,
  textOn,
} from "../../src/charts";

const items = [
  { label: "Very satisfied", count: 62, share: 0.62 },
  { label: "Satisfied", count: 24, share: 0.24 },
  { label: "Not satisfied", count: 14, share: 0.14 },
];

const ALL: ChartDefinition[] = [
  { kind: "bars", items },
  { kind: "scale", items: items.map((item, i) => ({ ...item, label: String(i + 1) })) },
  {
    kind: "nps",
    score: 20,
    promoters: 4,
    passives: 4,
    detractors: 2,
    items: Array.from({ length: 11 }, (_, i) => ({ label: String(i), count: i, share: i / 55 })),
  },
  {
    kind: "histogram",
    whole: true,
    mean: 4,
    median: 4,
    bars: [
      { from: 0, to: 5, count: 3 },
      { from: 5, to: 10, count: 1 },
    ],
  },
  {
    kind: "timeseries",
    points: [
      { label: "1 Jan", count: 3 },
      { label: "2 Jan", count: 9 },
    ],
    before: [1, 2],
  },
  { kind: "matrix", columns: ["Poor", "Good"], rows: [{ label: "Speed", counts: [1, 3] }] },
  {
    kind: "ranking",
    places: 2,
    items: [
      { label: "Price", averageRank: 1.2, count: 5 },
      { label: "Speed", averageRank: 1.8, count: 5 },
    ],
  },
  {
    kind: "words",
    words: [
      { word: "coffee", count: 7 },
      { word: "cake", count: 3 },
    ],
  },
];

/** The texts of a drawing, as somebody would read them. */
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)].map(([, text = ""]) => text.replace(/<[^>]+>/g, ""));

describe.each(ALL)("$kind", (definition) => {
  test.each(["ltr", "rtl"] as const)("is drawn %s, vector, within its frame, without rules for a pointer", (direction) => {
    const { svg, width, height } = chartSvg(definition, { ...DEFAULT_THEME, direction }, 600);
    expect(svg.startsWith("<svg")).toBe(true);
    expect(svg).not.toMatch(/<style|<image|<script|NaN|Infinity/);
    expect(width).toBe(600);
    expect(height).toBeGreaterThan(20);
    expect(textsOf(svg).length).toBeGreaterThan(0);
  });

  test("is told in a sentence and as a table", () => {
    expect(captionOf(definition, "en")).toMatch(/\.$/);
    expect(chartTable(definition, "en").rows.length).toBeGreaterThan(0);
  });

  test("survives having no answers at all", () => {
    const { svg } = chartSvg(emptied(definition), DEFAULT_THEME, 600);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(captionOf(emptied(definition), "en")).toBe("");
  });
});

function emptied(definition: ChartDefinition): ChartDefinition {
  return JSON.parse(JSON.stringify(definition), (key, value) => {
    if (["count", "share", "promoters", "passives", "detractors"].includes(key)) return 0;
    if (["score", "mean", "median"].includes(key)) return null;
    if (key === "counts") return value.map(() => 0);
    return (key === "items" && definition.kind === "ranking") || key === "words" ? [] : value;
  });
}

test("what most chose is said first", () => {
  expect(captionOf({ kind: "bars", items }, "en")).toBe("62% chose Very satisfied, followed by Satisfied with 24%.");
  const tie = items.map((item) => ({ ...item, count: 5, share: 1 / 3 }));
  expect(captionOf({ kind: "bars", items: tie }, "en")).toBe(
    "Very satisfied and Satisfied and Not satisfied share the lead, each with 33%.",
  );
});

test("what respondents wrote stays text in a drawing", () => {
  const evil = "</text></svg><script>alert(1)</script><svg onload=\"x\" a='b'>&";
  for (const definition of [
    { kind: "bars", items: [{ label: evil, count: 1, share: 1 }] },
    { kind: "words", words: [{ word: evil, count: 1 }] },
    { kind: "matrix", columns: [evil, "b"], rows: [{ label: evil, counts: [1, 1] }] },
  ] satisfies ChartDefinition[]) {
    const { svg } = chartSvg(definition, DEFAULT_THEME, 600);
    expect(svg).not.toContain("<script");
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).not.toMatch(/<svg[^>]*onload/);
  }
});

test("a label that is too long is broken, and then ends in an ellipsis", () => {
  const label = "Donaudampfschifffahrtsgesellschaftskapitän ".repeat(6);
  const { svg } = chartSvg({ kind: "bars", items: [{ label, count: 1, share: 1 }] }, DEFAULT_THEME, 600);
  expect(textsOf(svg).some((text) => text.endsWith("…"))).toBe(true);
});

test("forty options stand on one page", () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    label: `Option ${i} with a rather long label that goes on`,
    count: i,
    share: i / 780,
  }));
  expect(draw({ kind: "bars", items: many }, DEFAULT_THEME, 627).height).toBeLessThan(850);
});

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);

test("whatever colour a workspace chooses, text and marks can be seen", () => {
  fc.assert(
    fc.property(colour, (brand) => {
      const palette = paletteOf(brand);
      expect(contrast(palette.brandText, "#ffffff")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(palette.mark, "#ffffff")).toBeGreaterThanOrEqual(3);
      expect(contrast(palette.onBrand, palette.brand)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(palette.ink, palette.tintStrong)).toBeGreaterThanOrEqual(7);
      for (const step of ramp(brand, 5)) expect(contrast(step, textOn(step))).toBeGreaterThanOrEqual(4.5);
    }),
  );
});
