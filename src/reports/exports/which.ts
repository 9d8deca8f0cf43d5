// Which responses an export is of: those the filter finds; complete ones alone unless the filter speaks of their status, as in the
// query language.
import { listSchemas } from "../../forms";
import { parseFilter } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import type { Condition } from "../../store";
import { fieldsOfVersions } from "../table/versions";

const COMPLETE: Condition = { op: "compare", field: { in: "column", name: "status", kind: "text" }, by: "eq", value: "complete" };

export async function conditionFor(
  ctx: WorkspaceContext,
  formId: string,
  filter: unknown,
): Promise<{ condition: Condition; what: string }> {
  if (filter === undefined || (typeof filter === "object" && filter !== null && Object.keys(filter).length === 0)) {
    return { condition: COMPLETE, what: "Complete responses" };
  }
  const parsed = parseFilter(filter, fieldsOfVersions(await listSchemas(ctx, formId)));
  if (asksStatus(parsed)) return { condition: parsed, what: "Responses that match the filter" };
  return { condition: { op: "and", of: [COMPLETE, parsed] }, what: "Complete responses that match the filter" };
}

function asksStatus(condition: Condition): boolean {
  switch (condition.op) {
    case "and":
    case "or":
      return condition.of.some(asksStatus);
    case "not":
      return asksStatus(condition.of);
    default:
      return condition.field.in === "column" && condition.field.name === "status";
  }
}
