// pure. One response as people read it: each question that has an answer; the turns of a repeating group one after the other.
import { type Cell, isList } from "../table/cells";
import type { ExportRow, ExportSource } from "./format";
import { readableText } from "./readable";

export interface Answer {
  label: string;
  /** Several values stand on lines of their own. */
  text: string;
  /** The same where all of it is files. */
  links?: readonly Link[];
}

export interface Link {
  name: string;
  url: string;
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
      parts.push(...answerOf(column.label, cells[i] ?? null, meta.timezone));
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
      const answers = within.flatMap(({ label, cell }) => answerOf(label, isList(cell) ? (cell[turn] ?? null) : null, meta.timezone));
      return [{ kind: "turn", label: `${group} ${turn + 1}` } as const, ...answers];
    }).flat();
  }
}

function answerOf(label: string, cell: Cell, timezone: string): AnswerPart[] {
  const items = isList(cell) ? cell : [cell];
  const text = items.map((item) => readableText(item, timezone)).join("\n");
  if (text === "") return [];
  const links = items.flatMap((item) => (item !== null && typeof item === "object" && "file" in item ? [item.file] : []));
  return [{ kind: "answer", label, text, ...(links.length === items.length ? { links } : {}) }];
}
