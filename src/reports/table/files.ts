// The files that a page of responses names: in a table stand their names and signed links, not their ids.
import type { FormSchema } from "../../forms";
import type { WorkspaceContext } from "../../shared/context";
import type { ResponseRow } from "../../store";
import { type LinkedFile, linksOf, uploadsNamedIn } from "../../uploads";
import { type Cell, isList, type Scalar } from "./cells";
import type { Column } from "./columns";

export type Files = ReadonlyMap<string, LinkedFile>;

const NONE: Files = new Map();
const LINK_MS = 7 * 86_400_000;
const UPLOAD_ID = /\bupl_[0-9a-z]{26}\b/g;

/** One look-up a page, and none for a form that never asked for files. */
export async function filesOf(
  ctx: WorkspaceContext,
  { form, schemas }: { form: { id: string }; schemas: readonly FormSchema[] },
  rows: readonly ResponseRow[],
): Promise<Files> {
  if (!schemas.some((schema) => asksForFiles(schema.fields))) return NONE;
  const ids = rows.flatMap(({ data }) => uploadsNamedIn(data).map(({ id }) => id));
  return ids.length === 0 ? NONE : linksOf(ctx, form.id, ids, ctx.now() + LINK_MS);
}

function asksForFiles(fields: FormSchema["fields"]): boolean {
  return fields.some(({ type, fields: inner }) => type === "file" || type === "signature" || (inner !== undefined && asksForFiles(inner)));
}

/** What is not there any more keeps its id. */
export function withFiles(columns: readonly Column[], cells: Cell[], files: Files): Cell[] {
  if (files.size === 0) return cells;
  return cells.map((cell, i) => {
    const type = columns[i]?.field?.type;
    if (cell === null || (type !== "file" && type !== "signature")) return cell;
    return (isList(cell) ? cell : [cell]).map((item) => linked(item, files));
  });
}

function linked(item: Scalar, files: Files): Scalar {
  if (typeof item !== "string") return item;
  const file = files.get(item);
  // Several files of one turn stand in one text.
  return file === undefined ? item.replace(UPLOAD_ID, (id) => fileText(files.get(id)) ?? id) : { file };
}

export function fileText(file: LinkedFile | undefined): string | undefined {
  return file && `${file.name} ${file.url}`;
}
