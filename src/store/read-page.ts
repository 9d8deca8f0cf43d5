// pure. A page of answers as a store hands it over: one JSON row for each response, as one text, because a row of a result for each
// costs more than the answers themselves. Most questions are about choices: then few rows differ, and only those are parsed.
import type { ReadPage } from "./questions";

/** Stands in no JSON row: a line break within a text is written as `\n`. */
export const ROW_END = ",\n";

const LOOKED_AT = 2_000;

export function parsePage(page: string | null, scanned: number): ReadPage {
  if (page === null) return { scanned, rows: [], times: null };
  const first = page.split(ROW_END, LOOKED_AT);
  if (new Set(first).size > LOOKED_AT / 2) return { scanned, rows: JSON.parse(`[${page}]`), times: null };
  const alike = new Map<string, number>();
  for (const line of page.split(ROW_END)) alike.set(line, (alike.get(line) ?? 0) + 1);
  return { scanned, rows: JSON.parse(`[${[...alike.keys()].join(",")}]`), times: [...alike.values()] };
}
