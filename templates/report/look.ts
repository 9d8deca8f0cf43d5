// pure. How a report looks, as values that cannot hurt: colours are hexadecimal, fonts and sizes are chosen from lists.
import { type Palette, paletteOf } from "../../src/charts";

export const PAPERS = {
  a4: { width: 210, height: 297 },
  letter: { width: 215.9, height: 279.4 },
} as const;
export type Paper = keyof typeof PAPERS;

export const FONTS = {
  sans: '"Noto Sans", "Open Sans", Roboto, "Helvetica Neue", Arial, "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans CJK SC", "Noto Color Emoji", sans-serif',
  serif:
    '"Noto Serif", Georgia, "Liberation Serif", "Noto Naskh Arabic", "Noto Serif Hebrew", "Noto Serif CJK SC", "Noto Color Emoji", serif',
  display:
    '"Noto Serif Display", "Noto Serif", Georgia, "Liberation Serif", "Noto Naskh Arabic", "Noto Serif CJK SC", "Noto Color Emoji", serif',
} as const;
export type Font = keyof typeof FONTS;

export interface Look {
  paper: Paper;
  brand: string;
  headings: Font;
  body: Font;
  /** Base size of text, in points. */
  size: number;
  density: "airy" | "compact";
}

/** Margins of every page but a cover that fills its own, in millimetres. */
export const MARGIN = { top: 27, bottom: 23, side: 22 } as const;

const PX_PER_MM = 96 / 25.4;

/** Of the column that text and charts stand in, in CSS pixels. */
export function columnWidth({ paper }: Pick<Look, "paper">): number {
  return Math.floor((PAPERS[paper].width - 2 * MARGIN.side) * PX_PER_MM);
}

function paletteFor(look: Look): Palette {
  return paletteOf(look.brand);
}

export function variables(look: Look): string {
  const palette = paletteFor(look);
  const { width, height } = PAPERS[look.paper];
  const values: Record<string, string> = {
    "page-width": `${width}mm`,
    "page-height": `${height}mm`,
    side: `${MARGIN.side}mm`,
    top: `${MARGIN.top}mm`,
    bottom: `${MARGIN.bottom}mm`,
    "font-body": FONTS[look.body],
    "font-headings": FONTS[look.headings],
    size: `${look.size}pt`,
    gap: look.density === "airy" ? "1" : "0.66",
    brand: palette.brand,
    "brand-text": palette.brandText,
    "on-brand": palette.onBrand,
    mark: palette.mark,
    tint: palette.tint,
    "tint-strong": palette.tintStrong,
    deep: palette.deep,
    ink: palette.ink,
    "ink-soft": palette.inkSoft,
    "ink-faint": palette.inkFaint,
    line: palette.line,
    good: palette.good,
    bad: palette.bad,
  };
  const rules = Object.entries(values).map(([name, value]) => `--${name}:${value};`);
  return `:root{${rules.join("")}}\n@page{size:${width}mm ${height}mm;margin:${MARGIN.top}mm ${MARGIN.side}mm ${MARGIN.bottom}mm}\n@page whole{margin:0}`;
}
