// pure. A cell as people read it in a document: moments without the letters of ISO, yes and no instead of true and false.
import { type Cell, cellText, isList, wallClock } from "../table/cells";

/** `say`: what the words of ours are in the language that is asked for. */
export function readableText(cell: Cell, timezone: string, say = (english: string) => english): string {
  if (isList(cell)) return cell.map((item) => readableText(item, timezone, say)).join("; ");
  if (typeof cell === "boolean") return say(cell ? "Yes" : "No");
  if (cell !== null && typeof cell === "object" && "at" in cell) {
    return new Date(wallClock(cell.at, timezone)).toISOString().slice(0, 16).replace("T", " ");
  }
  return cellText(cell, { timezone, separator: "; " });
}
