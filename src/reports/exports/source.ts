// What a format is given to write: the plan, the facts, and the rows of one position as often as it asks.
import { eq } from "drizzle-orm";
import type { JobControl } from "../../jobs";
import { countSnapshot, parsePosition, readSnapshot } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { type Condition, type ResponseRow, type RowKey, tables } from "../../store";
import type { ExportFormat, ExportRow, ExportSource, Share } from "../formats/format";
import { filesOf, withFiles } from "../table/files";
import { Tally } from "../table/tally";
import { planTable } from "./plan";
import type { ExportRow as StoredExport } from "./read";
import { ExportRequest } from "./request";
import { titleOf } from "./rules";

const { workspaces } = tables;

export interface RunningSource extends ExportSource {
  /** How many the first passing over them brought. */
  rowsRead(): number;
  /** From after `after`; `done` rows came before it. */
  pagesFrom(after: RowKey | null, done: number): AsyncGenerator<{ rows: ExportRow[]; after: RowKey }>;
  /** Those of them that satisfy this besides. */
  pagesWhere(condition: Condition): AsyncGenerator<{ rows: ExportRow[] }>;
  countWhere(condition: Condition): Promise<number>;
}

export async function openSource(
  ctx: WorkspaceContext,
  row: StoredExport,
  format: ExportFormat,
  control: JobControl,
): Promise<RunningSource> {
  const request = ExportRequest.parse(row.request);
  // `now()` in an expression is the same in every slice: when the export was asked for.
  const atStart: WorkspaceContext = { ...ctx, now: () => row.createdAt };
  const plan = await planTable(atStart, request, format.choices);
  const input = { formId: plan.form.id, marks: parsePosition(row.position), condition: plan.condition, descending: plan.descending };
  const [expectedRows, workspace] = await Promise.all([
    countSnapshot(ctx, input),
    ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, ctx.workspaceId)).get(),
  ]);
  const both = (condition: Condition): Condition => ({ op: "and", of: [plan.condition, condition] });
  let passes = 0;
  let read = 0;

  async function rowsOf(responses: readonly ResponseRow[]): Promise<ExportRow[]> {
    const files = await filesOf(atStart, plan, responses);
    return responses.map((response) => ({ response, cells: withFiles(plan.columns, plan.cellsOf(response), files), files }));
  }

  async function* pagesFrom(after: RowKey | null, done: number, share?: Share) {
    passes += 1;
    const isFirst = passes === 1;
    // Some is left for what comes after the rows.
    const [from, to] = share ?? (isFirst ? [0, 0.98] : [0, 0]);
    let rows = done;
    for await (const page of readSnapshot(ctx, { ...input, after })) {
      yield { rows: await rowsOf(page.rows), after: page.after };
      rows += page.rows.length;
      if (isFirst) read = rows;
      if (to > 0) await control.progress(from + (to - from) * (rows / Math.max(rows, expectedRows, 1)), isFirst ? rows : undefined);
      else await control.checkCancelled();
    }
  }

  return {
    ctx,
    control,
    columns: plan.columns,
    repeats: plan.repeats,
    schemas: plan.schemas,
    meta: {
      exportId: row.id,
      formId: plan.form.id,
      formTitle: plan.form.title,
      title: titleOf(request, plan.form.title),
      workspaceName: workspace?.name ?? "",
      position: row.position,
      madeAt: row.createdAt,
      timezone: plan.timezone,
      language: plan.language,
      filter: request.filter ?? null,
      what: plan.what,
      descending: plan.descending,
      choseFields: request.fields !== undefined,
      expectedRows,
      options: request.options ?? {},
    },
    pagesFrom,
    pagesWhere: async function* (condition) {
      for await (const page of readSnapshot(ctx, { ...input, condition: both(condition), after: null })) {
        yield { rows: await rowsOf(page.rows) };
        await control.checkCancelled();
      }
    },
    countWhere: (condition) => countSnapshot(ctx, { ...input, condition: both(condition) }),
    rowsRead: () => read,
    pages: async function* (share) {
      for await (const { rows } of pagesFrom(null, 0, share)) yield rows;
    },
    newTally: () => new Tally(plan.columns),
  };
}
