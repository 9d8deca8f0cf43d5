// The plan that reads columns. Whatever keeps it from answering, the scan answers instead.
import { describeError } from "../../shared/log";
import { withTimeLimit } from "../../shared/time-limit";
import type { ColumnsPlan, Execute } from "../query/plan";
import { columnsOf, marksIn } from "./api";

/** Warm it takes a tenth of a second; after this the scan is the better choice. */
const MAX_MS = 10_000;

export const executeColumns: Execute<ColumnsPlan> = async ({ ctx, form, query, position, deadline }) => {
  const marks = marksIn(position);
  if (marks === null) return null;
  try {
    const limitMs = Math.max(1, Math.min(MAX_MS, deadline.remainingMs() / 2));
    const asked = await withTimeLimit(
      "A question to the columns",
      limitMs,
      columnsOf(ctx.env, form.formId).ask(ctx.workspaceId, marks, query),
    );
    return asked.kind === "answered" ? asked.result : null;
  } catch (error) {
    ctx.log.warn("columns could not be asked", { form_id: form.formId, ...describeError(error) });
    return null;
  }
};
