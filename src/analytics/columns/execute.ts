// The plan that reads columns. Whatever keeps it from answering, the scan answers instead.
import { describeError } from "../../shared/log";
import { withTimeLimit } from "../../shared/time-limit";
import type { Sink } from "../query/accumulator";
import type { ColumnsPlan, Execute, Execution } from "../query/plan";
import type { Aggregate, ResultRow } from "../query/types";
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

const MOST_GROUPS = 10_000;

/** Results that are parts of a larger one. Means, medians and distinct counts of several forms do not follow from those of each. */
const ADDED: Partial<Record<Aggregate, (sink: Sink, row: ResultRow) => void>> = {
  count: (sink, { group, value }) => sink.addRows(group, Number(value)),
  sum: (sink, { group, value }) => sink.addSum(group, 1, Number(value)),
  min: (sink, { group, value }) => sink.addExtreme(group, value),
  max: (sink, { group, value }) => sink.addExtreme(group, value),
};

/** Answers how many responses were looked at; null where the scan has to do it. */
export async function columnsInto(sink: Sink, execution: Execution): Promise<number | null> {
  const { query } = execution;
  const add = ADDED[query.aggregate];
  if (add === undefined) return null;
  const whole = { ...execution, query: { ...query, limit: MOST_GROUPS } };
  const result = await executeColumns(whole, { plan: "columns" });
  // Cut off, it would lack groups; and a sum beyond all numbers is none.
  if (result === null || result.rows.length === MOST_GROUPS) return null;
  if (query.aggregate === "sum" && result.rows.some(({ value }) => value === null)) return null;
  for (const row of result.rows) add(sink, row);
  return result.scannedRows;
}
