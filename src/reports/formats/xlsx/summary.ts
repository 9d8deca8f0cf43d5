// The sheet in front: what this file is of, and what its columns add up to.
import type { Tally } from "../../table/tally";
import { type Fact, factsOf } from "../facts";
import type { ExportSource } from "../format";
import { summaryOf } from "../summary";
import type { SheetCell } from "./sheet";

export function* summaryRows(source: ExportSource, tally: Tally): Generator<readonly SheetCell[]> {
  yield [{ text: source.meta.title, style: "title" }];
  yield [];
  for (const { label, value } of factsOf(source, tally.rows)) yield [{ text: label, style: "heading" }, factCell(value)];
  if (source.meta.options.summary === false) return;
  yield [];
  yield headings(["Question", "Field"], ["Answered", "Average", "Least", "Most"]);
  const questions = summaryOf(tally);
  for (const { key, label, answered, figures } of questions) {
    const more =
      figures === null ? [] : [{ number: figures.average, style: "average" } as const, count(figures.least), count(figures.most)];
    yield [{ text: label, style: "wrapped" }, { text: key, style: "wrapped" }, count(answered), ...more];
  }
  for (const { label, answered, choices } of questions) {
    if (choices === null || answered === 0) continue;
    yield [];
    const isRanked = choices.some(({ place }) => place !== null);
    yield headings([label, "Choice"], ["Responses", "Share", ...(isRanked ? ["Place"] : [])]);
    for (const { label: choice, count: chosen, share, place } of choices) {
      const more = place === null ? [] : [{ number: place, style: "average" } as const];
      yield [null, { text: choice, style: "wrapped" }, count(chosen), { number: Math.round(share * 1000) / 1000, style: "share" }, ...more];
    }
  }
}

const count = (number: number) => ({ number, style: "count" }) as const;

/** Over numbers they stand on the numbers' side. */
function headings(texts: readonly string[], numbers: readonly string[]): SheetCell[] {
  return [...texts.map((text) => ({ text, style: "heading" }) as const), ...numbers.map((text) => ({ text, style: "numbers" }) as const)];
}

/** One below the other, whatever they are, facts begin at the same place. */
function factCell(value: Fact["value"]): SheetCell {
  if (typeof value === "number") return { number: value, style: "fact" };
  return typeof value === "string" ? { text: value, style: "wrapped" } : { moment: value, style: "factMoment" };
}
