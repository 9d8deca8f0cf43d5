// One chart as a picture: for a mail, whose readers show no drawings.
import { type ChartDefinition, type ChartTheme, captionOf, chartSvg, DEFAULT_THEME } from "../../charts";
import type { Logger } from "../../shared/log";
import { withPrinter } from "./print/browser";

const WIDTH = 600;
const PADDING = 16;

export interface ChartPng {
  png: Uint8Array;
  /** In CSS pixels; the picture has twice as many. */
  width: number;
  height: number;
  /** Its text alternative. */
  caption: string;
}

/** Throws `UnavailableError` when there is no browser: then send the mail without. */
export async function chartPng(
  { env, log }: { env: Env; log: Logger },
  definition: ChartDefinition,
  theme: Partial<ChartTheme> = {},
): Promise<ChartPng> {
  const whole = { ...DEFAULT_THEME, ...theme };
  const { svg, width, height } = chartSvg(definition, whole, WIDTH - 2 * PADDING);
  const html = `<!doctype html><meta charset="utf-8"><style>body{margin:0;padding:${PADDING}px;background:#fff}svg{display:block}</style><div dir="ltr">${svg}</div>`;
  const size = { width: width + 2 * PADDING, height: Math.ceil(height + 2 * PADDING) };
  const png = await withPrinter({ binding: env.BROWSER, log }, (printer) => printer.picture(html, size.width, size.height));
  return { png, ...size, caption: captionOf(definition, whole.locale) };
}
