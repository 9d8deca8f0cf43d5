// Words as they were. The index knows today's; so what nobody has touched since comes from it, and the few responses that were
// touched are read as they stood and looked through here. Exact, and the work is bounded by how much has changed since.
import type { WorkspaceContext } from "../shared/context";
import { InvalidError } from "../shared/errors";
import { type Condition, type ListQuery, type Marks, openSnapshotStore, type ResponseRow, type Scalar } from "../store";
import { pagesOf } from "./snapshot";

export const MAX_CHANGED_SINCE = 5_000;

const BOUND = { touched: MAX_CHANGED_SINCE, refuse: tooMuchSince };

export async function searchBack(ctx: WorkspaceContext, list: ListQuery, marks: Marks): Promise<ResponseRow[]> {
  const { workspaceId, formId, words, descending, after = null, limit } = list;
  const query = { workspaceId, formId, marks, words, descending, condition: conditionOf(list), deleted: list.status === "deleted" };
  const rows: ResponseRow[] = [];
  for await (const page of pagesOf(openSnapshotStore(ctx.env), query, after, limit, BOUND)) {
    rows.push(...page.rows);
    if (rows.length >= limit) break;
  }
  return rows.slice(0, limit);
}

function conditionOf({ status, createdAfter, createdBefore, condition }: ListQuery): Condition | undefined {
  const of: Condition[] = condition === undefined ? [] : [condition];
  const compare = (name: "status" | "submitted_at", by: "eq" | "gt" | "lt", value: Scalar) =>
    of.push({ op: "compare", field: { in: "column", name, kind: name === "status" ? "text" : "time" }, by, value });
  if (status !== undefined && status !== "deleted") compare("status", "eq", status);
  if (createdAfter !== undefined) compare("submitted_at", "gt", createdAfter);
  if (createdBefore !== undefined) compare("submitted_at", "lt", createdBefore);
  return of.length === 0 ? undefined : { op: "and", of };
}

/** Looking through more would cost what an export costs, for one page. */
function tooMuchSince(): InvalidError {
  const message = `More than ${MAX_CHANGED_SINCE} responses have changed since then. Use \`filter\` in place of \`q\`, or a later moment.`;
  return new InvalidError(message, [{ path: "q", message, code: "not_searchable" }]);
}
