// The one chart of a mail, as a picture that mail programs show. Without a browser to draw it there are the bars of the letter.
import { chartSvg, DEFAULT_THEME } from "../../charts";
import type { WorkspaceContext } from "../../shared/context";
import { describeError } from "../../shared/log";
import { withTimeLimit } from "../../shared/time-limit";
import { withPrinter } from "../pdf/print/browser";
import type { Figures } from "./figures";

const WIDTH = 456;
/** White around the drawing, which stands on a dark letter as well. */
const ROOM = 10;
/** The colour of our letters; on a phone the picture is two thirds as wide, and its words can still be read. */
const THEME = { ...DEFAULT_THEME, brand: "#0b6b57", fontSize: 14 };
const LIMIT_MS = 20_000;
/** It lies in each recipient's row until it is sent. */
const MAX_BYTES = 150_000;

export interface ChartImage {
  /** base64 of a PNG. */
  data: string;
  width: number;
  size: number;
}

export async function drawChart(ctx: WorkspaceContext, days: Figures["days"]): Promise<ChartImage | null> {
  if (days.length < 2 || ctx.env.BROWSER === undefined) return null;
  const points = days.map(({ date, count }) => ({ label: shortDate(date), count }));
  try {
    const { svg, height } = chartSvg({ kind: "timeseries", points }, THEME, WIDTH - 2 * ROOM);
    const html = `<!doctype html><meta charset="utf-8"><style>html{background:#fff}body{margin:${ROOM}px}svg{display:block}</style>${svg}`;
    const drawn = withPrinter({ binding: ctx.env.BROWSER, log: ctx.log }, (printer) => printer.picture(html, WIDTH, height + 2 * ROOM));
    const png = await withTimeLimit("drawing a chart", LIMIT_MS, drawn);
    return png.byteLength > MAX_BYTES ? null : { data: png.toBase64(), width: WIDTH, size: png.byteLength };
  } catch (error) {
    ctx.log.warn("chart not drawn; the letter has bars instead", describeError(error));
    return null;
  }
}

/** `2026-01-31` as 31 Jan. */
export function shortDate(date: string): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
