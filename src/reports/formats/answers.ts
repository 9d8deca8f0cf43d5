// pure. One response as people read it: each question that has an answer; the turns of a repeating group one after the other.
import { type Cell, isList, type Scalar } from "../table/cells";
import type { Column } from "../table/columns";
import type { ExportRow, ExportSource } from "./format";
import { currenciesOf, moneyText } from "./money";
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
  { columns, meta, repeats, schemas }: Pick<ExportSource, "columns" | "meta" | "repeats" | "schemas">,
  { cells }: ExportRow,
  say?: (english: string) => string,
): AnswerPart[] {
  const currencies = currenciesOf(schemas);
  const parts: AnswerPart[] = [];
  const told = new Set<string>();
  for (const [i, column] of columns.entries()) {
    if (IN_HEADING.has(column.key)) continue;
    // Nearly all are, and the cover says so.
    if (column.key === "status" && cells[i] === "complete" && !meta.choseFields) continue;
    if (column.repeat === null) {
      parts.push(...answerOf(column, cells[i] ?? null));
    } else if (!told.has(column.repeat)) {
      told.add(column.repeat);
      parts.push(...turnsOf(column.repeat));
    }
  }
  return parts;

  function turnsOf(path: string): AnswerPart[] {
    const within = columns.flatMap((column, i) => (column.repeat === path ? [{ column, cell: cells[i] ?? null }] : []));
    const group = repeats.find((repeat) => repeat.path === path)?.label ?? path;
    const turns = Math.max(0, ...within.map(({ cell }) => (isList(cell) ? cell.length : 0)));
    return Array.from({ length: turns }, (_, turn) => {
      const answers = within.flatMap(({ column, cell }) => answerOf(column, isList(cell) ? (cell[turn] ?? null) : null));
      return [{ kind: "turn", label: `${group} ${turn + 1}` } as const, ...answers];
    }).flat();
  }

  function answerOf(column: Column, cell: Cell): AnswerPart[] {
    const items = isList(cell) ? cell : [cell];
    const texts = items.map((item) => textOf(column, item));
    const isRanked = column.field?.type === "ranking" && column.repeat === null && texts.length > 1;
    const text = (isRanked ? texts.map((one, i) => `${i + 1}. ${one}`) : texts).join("\n");
    if (text === "") return [];
    const links = items.flatMap((item) => (item !== null && typeof item === "object" && "file" in item ? [item.file] : []));
    return [{ kind: "answer", label: column.label, text, ...(links.length === items.length ? { links } : {}) }];
  }

  function textOf({ key }: Column, item: Scalar): string {
    const currency = typeof item === "number" ? currencies.get(key) : undefined;
    return currency === undefined ? readableText(item, meta.timezone, say) : moneyText(item as number, currency);
  }
}
