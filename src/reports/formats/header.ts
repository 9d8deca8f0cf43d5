// pure. What heads the columns: labels for people, made to differ where two fields have the same; or names for programs.
import type { ExportOptions } from "../exports/request";
import type { Column } from "../table/columns";
import type { ExportSource } from "./format";

export function headerOf({ columns, meta, repeats }: Pick<ExportSource, "columns" | "meta" | "repeats">): string[] {
  const turn = meta.options.repeats === "rows" && repeats.length > 0 ? [meta.options.headers === "name" ? "turn" : "Turn"] : [];
  return [...headsOf(columns, meta.options), ...turn];
}

export function headsOf(columns: readonly Column[], { headers }: Pick<ExportOptions, "headers">): string[] {
  return headers === "name" ? columns.map(({ key }) => key) : labelsOf(columns);
}

export function labelsOf(columns: readonly Column[]): string[] {
  const seen = new Map<string, number>();
  for (const { label } of columns) seen.set(label, (seen.get(label) ?? 0) + 1);
  return columns.map(({ label, key }) => {
    if (label.trim() === "") return key;
    return (seen.get(label) ?? 0) > 1 ? `${label} (${key})` : label;
  });
}
