// pure, and also in the browser. What a chart says, without how it looks: one definition for the console, the PDF report and
// the picture in a mail.

export interface BarItem {
  label: string;
  count: number;
  /** Of those who answered, 0–1. */
  share: number;
}

export type ChartDefinition =
  /** How often each option was chosen. */
  | { kind: "bars"; items: readonly BarItem[] }
  /** Steps of a scale, in order: stars, points. */
  | { kind: "scale"; items: readonly BarItem[] }
  | { kind: "nps"; score: number | null; promoters: number; passives: number; detractors: number; items: readonly BarItem[] }
  /** `whole`: each bar of width one stands for itself. */
  | {
      kind: "histogram";
      bars: readonly { from: number; to: number; count: number }[];
      whole: boolean;
      mean: number | null;
      median: number | null;
    }
  | { kind: "timeseries"; points: readonly { label: string; count: number }[]; before?: readonly number[] }
  | { kind: "matrix"; columns: readonly string[]; rows: readonly { label: string; counts: readonly number[] }[] }
  /** `averageRank`: 1 is first. */
  | { kind: "ranking"; places: number; items: readonly { label: string; averageRank: number; count: number }[] }
  | { kind: "words"; words: readonly { word: string; count: number }[] };

export type ChartKind = ChartDefinition["kind"];

export interface ChartTheme {
  /** Any CSS colour of the form #rrggbb. Everything else is derived from it. */
  brand: string;
  font: string;
  /** Points of text, in CSS pixels. */
  fontSize: number;
  direction: "ltr" | "rtl";
  /** BCP 47: how numbers are written. */
  locale: string;
}

export const DEFAULT_THEME: ChartTheme = {
  brand: "#1f5f8b",
  font: '"Noto Sans", "Open Sans", Roboto, "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Color Emoji", sans-serif',
  fontSize: 11,
  direction: "ltr",
  locale: "en",
};
