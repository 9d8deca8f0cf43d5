// The sheet in front: what this file is of, and what its columns add up to.
import type { Tally } from "../../table/tally";
import { factsOf } from "../facts";
import type { ExportSource } from "../format";
import { summaryOf } from "../summary";
import type { SheetCell } from "./sheet";

export function* summaryRows(source: ExportSource, tally: Tally): Generator<readonly SheetCell[]> {
  yield [{ text: source.meta.title, style: "title" }];
  yield [];
  for (const { label, value } of factsOf(source, tally.rows)) yield [{ text: label, style: "heading" }, value];
  if (source.meta.options.summary === false) return;
  yield [];
  yield (["Question", "Field", "Answered", "Average", "Least", "Most"] as const).map((text) => ({ text, style: "heading" }) as const);
  const questions = summaryOf(tally);
  for (const { key, label, answered, figures } of questions) {
    yield [label, key, answered, ...(figures === null ? [] : [figures.average, figures.least, figures.most])];
  }
  for (const { label, answered, choices } of questions) {
    if (choices === null || answered === 0) continue;
    yield [];
    yield [label, "Choice", "Responses", "Share"].map((text) => ({ text, style: "heading" }) as const);
    for (const { label: choice, count, share } of choices) yield [null, choice, count, Math.round(share * 1000) / 1000];
  }
}
