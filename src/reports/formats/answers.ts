// pure. One response as people read it: each question that has an answer; the turns of a repeating group one after the other.
import { type Cell, isList } from "../table/cells";
import type { ExportRow, ExportSource } from "./format";
import { readableText } from "./readable";

export interface Answer {
  label: string;
  /** Several values stand on lines of their own. */
  text: string;
}

export type AnswerPart = ({ kind: "answer" } & Answer) | { kind: "turn"; label: string };

/** Said in the heading of each response already. */
const IN_HEADING = new Set(["id", "submitted_at"]);

export function answersOf(
  { columns, meta, repeats }: Pick<ExportSource, "columns" | "meta" | "repeats">,
  { cells }: ExportRow,
): AnswerPart[] {
  const parts: AnswerPart[] = [];
  const told = new Set<string>();
  for (const [i, column] of columns.entries()) {
    if (IN_HEADING.has(column.key)) continue;
    if (column.repeat === null) {
      const text = textOf(cells[i] ?? null, meta.timezone);
      if (text !== "") parts.push({ kind: "answer", label: column.label, text });
    } else if (!told.has(column.repeat)) {
      told.add(column.repeat);
      parts.push(...turnsOf(column.repeat));
    }
  }
  return parts;

  function turnsOf(path: string): AnswerPart[] {
    const within = columns.flatMap((column, i) => (column.repeat === path ? [{ label: column.label, cell: cells[i] ?? null }] : []));
    const group = repeats.find((repeat) => repeat.path === path)?.label ?? path;
    const turns = Math.max(0, ...within.map(({ cell }) => (isList(cell) ? cell.length : 0)));
    return Array.from({ length: turns }, (_, turn) => {
      const answers = within.flatMap(({ label, cell }): AnswerPart[] => {
        const text = textOf(isList(cell) ? (cell[turn] ?? null) : null, meta.timezone);
        return text === "" ? [] : [{ kind: "answer", label, text }];
      });
      return [{ kind: "turn", label: `${group} ${turn + 1}` } as const, ...answers];
    }).flat();
  }
}

function textOf(cell: Cell, timezone: string): string {
  return (isList(cell) ? cell : [cell]).map((item) => readableText(item, timezone)).join("\n");
}
