// The sheet in front: what this file is of, and what its columns add up to.

import type { Tally } from "../../table/tally";
import { factsOf } from "../facts";
import type { ExportSource } from "../format";
import type { SheetCell } from "./sheet";

export function* summaryRows(source: ExportSource, tally: Tally): Generator<readonly SheetCell[]> {
  yield [{ text: source.meta.title, style: "title" }];
  yield [];
  for (const { label, value } of factsOf(source, tally.rows)) yield [{ text: label, style: "heading" }, value];
  if (source.meta.options.summary === false) return;
  yield [];
  yield (["Question", "Field", "Answered", "Average", "Least", "Most"] as const).map((text) => ({ text, style: "heading" }) as const);
  for (const { column, answered, numbers } of tally.columns) {
    if (column.field === null && !column.calculated) continue;
    const figures = numbers === null ? [] : [numbers.sum / numbers.count, numbers.min, numbers.max];
    yield [column.label, column.key, answered, ...figures];
  }
  for (const { column, answered, choices } of tally.columns) {
    if (choices === null || answered === 0) continue;
    yield [];
    yield [
      { text: column.label, style: "heading" },
      { text: "Choice", style: "heading" },
      { text: "Responses", style: "heading" },
      { text: "Share", style: "heading" },
    ];
    const labels = new Map(column.field?.options?.map(({ value, label }) => [value, label]));
    for (const [value, count] of [...choices].sort((a, b) => b[1] - a[1])) {
      yield [null, labels.get(value) ?? value, count, Math.round((count / answered) * 1000) / 1000];
    }
  }
}
