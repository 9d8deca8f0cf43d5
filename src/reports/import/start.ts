import { and, eq, inArray, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { getPublishedForm } from "../../forms";
import { cancelJob, prepareJob, tooManyJobs } from "../../jobs";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError, InvalidError, type Issue } from "../../shared/errors";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { fieldsToFill } from "./fields";
import { IMPORT } from "./job";
import { OWN_TARGETS, targetsOf } from "./mapping";
import { type Import, loadImport } from "./read";

const { imports } = tables;

export const ImportOptions = z.strictObject({
  dates: z.enum(["ymd", "dmy", "mdy"]).default("dmy").meta({ description: "What 01/02/2026 is; 2026-02-01 is always understood." }),
  separator: z.string().min(1).max(3).default(",").meta({ description: "Between the values of a list in one cell." }),
  skip_invalid: z.boolean().default(true).meta({ description: "False: nothing is taken while a row is wrong; check first." }),
});
export type ImportOptions = z.infer<typeof ImportOptions>;

export interface StartInput {
  formId: string;
  id: string;
  mapping?: Record<string, string | null>;
  options?: Partial<ImportOptions>;
}

const CHANGEABLE = ["uploaded", "checked", "failed", "cancelled"] as const;

/** Reads every row and takes none: the counts and the errors are those that an import would have now. */
export async function checkImport(ctx: ServiceContext, input: StartInput): Promise<Import> {
  return begin(ctx, input, "check");
}

export async function startImport(ctx: ServiceContext, input: StartInput): Promise<Import> {
  return begin(ctx, input, "import");
}

async function begin(ctx: ServiceContext, input: StartInput, mode: "check" | "import"): Promise<Import> {
  assertCan(ctx, "write");
  const row = await loadImport(ctx, input.formId, input.id);
  if (row.fileKey === null) throw new ConflictError("The file was deleted after a week; send it again.", "wrong_state");
  const mapping = { ...row.mapping, ...input.mapping };
  const options = ImportOptions.parse({ ...row.options, ...input.options });
  await assertMapping(ctx, row, mapping);
  // A form that takes no answers takes none from a file either.
  await getPublishedForm(ctx, row.formId);
  if (mode === "import" && !options.skip_invalid && (row.status !== "checked" || row.rejected > 0)) {
    throw new ConflictError("Check the file first; nothing is taken while a row is wrong.", "wrong_state");
  }
  const job = prepareJob(ctx, IMPORT, { import_id: row.id, mode });
  const [, changed] = await ctx.db.batch([
    job.statement,
    ctx.db
      .update(imports)
      .set({
        mapping,
        options,
        status: mode === "check" ? "checking" : "importing",
        jobId: job.id,
        rows: 0,
        accepted: 0,
        rejected: 0,
        error: null,
        finishedAt: null,
      })
      .where(
        and(eq(imports.id, row.id), eq(imports.workspaceId, ctx.workspaceId), inArray(imports.status, [...CHANGEABLE]), sql`changes() > 0`),
      )
      .returning(),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: mode === "check" ? "import.checked" : "import.started",
      targetKind: "import",
      targetId: row.id,
    }),
  ]);
  const begun = changed[0];
  if (begun === undefined) {
    await cancelJob(ctx, job.id).catch(() => {});
    if (CHANGEABLE.some((status) => status === row.status)) throw tooManyJobs();
    throw new ConflictError(row.status === "done" ? "The file was imported already." : "It is under way already.", "wrong_state");
  }
  await job.wake();
  return begun;
}

/** What was taken stays taken; the rest is not. */
export async function cancelImport(ctx: ServiceContext, formId: string, id: string): Promise<Import> {
  assertCan(ctx, "write");
  const row = await loadImport(ctx, formId, id);
  if (row.jobId === null || (row.status !== "checking" && row.status !== "importing"))
    throw new ConflictError("There is nothing under way.", "wrong_state");
  await cancelJob(ctx, row.jobId);
  await ctx.db.batch([
    ctx.db
      .update(imports)
      .set({ status: "cancelled", finishedAt: ctx.now() })
      .where(and(eq(imports.id, id), eq(imports.workspaceId, ctx.workspaceId), ne(imports.status, "done"))),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "import.cancelled", targetKind: "import", targetId: id }),
  ]);
  return loadImport(ctx, formId, id);
}

async function assertMapping(ctx: WorkspaceContext, row: Import, mapping: Record<string, string | null>): Promise<void> {
  const targets = targetsOf(await fieldsToFill(ctx, row.formId));
  const columns = new Set(row.columns.map(({ name }) => name));
  const taken = new Set<string>();
  const issues: Issue[] = [];
  for (const [column, target] of Object.entries(mapping)) {
    const path = `mapping.${column.slice(0, 100)}`;
    if (!columns.has(column)) issues.push({ path, code: "unknown_column", message: "The file has no such column." });
    else if (target === null) continue;
    else if (!targets.has(target) && !OWN_TARGETS.some((own) => own === target))
      issues.push({ path, code: "unknown_field", message: `There is no field “${target.slice(0, 100)}” to fill.` });
    else if (taken.has(target)) issues.push({ path, code: "taken_twice", message: `Another column becomes “${target}” already.` });
    if (target !== null) taken.add(target);
  }
  if (taken.size === 0) issues.push({ path: "mapping", code: "nothing_mapped", message: "Say of at least one column which field it is." });
  if (issues.length > 0) throw new InvalidError("The columns do not fit the form; `errors` says which.", issues.slice(0, 100));
}
