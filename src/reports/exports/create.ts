// An export begins with a look at the ledger: everything in the file is of that position, however long making it takes.
import { sql } from "drizzle-orm";
import { findReusable, prepareJob, tooManyJobs } from "../../jobs";
import { passBarrier } from "../../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { sha256Hex } from "../../shared/crypto";
import { DomainError, InvalidError, type Issue } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { auditActor, auditIfChanged } from "../../store/audit";
import { BY_RESPONSE, columnToCutBy } from "../batch/groups";
import { mergeOf } from "../batch/write";
import { formatNamed } from "../formats";
import type { ExportFormat } from "../formats/format";
import { kindOfExport } from "./kind";
import { planTable, type TablePlan } from "./plan";
import { type ExportView, readExport } from "./read";
import { type BatchRequest, ExportRequest } from "./request";
import { EXPORT_LIFE_MS } from "./rules";

export interface CreateOptions {
  /** A day unless told. */
  keepForMs?: number;
  priority?: number;
  batchId?: string;
}

const WATCHED = 10;

export async function createExport(ctx: ServiceContext, input: ExportRequest, options: CreateOptions = {}): Promise<ExportView> {
  assertCan(ctx, "read");
  const request = ExportRequest.parse(input);
  const format = formatNamed(request.format);
  // Everything that can be wrong with it is said now, not by a job that fails.
  const plan = await planTable(ctx, request, format.choices);
  if (request.batch !== undefined) assertBatch(request.batch, format, plan);
  const position = await currentPosition(ctx, plan);
  const keepForMs = options.keepForMs ?? EXPORT_LIFE_MS;
  const look = (await format.fingerprint?.(ctx, request.options ?? {})) ?? "";
  const requestHash = await hashOf(request, plan, position, keepForMs, look);
  const kind = kindOfExport(format.queue ?? "exports", request.batch !== undefined);
  const id = newId("export", ctx.now());
  const reuse = { requestHash, reuseForMs: keepForMs, priority: options.priority ?? (ctx.actor.kind === "system" ? 0 : WATCHED) };
  const job = prepareJob(ctx, kind, { export_id: id }, reuse);
  const actor = auditActor(ctx);
  const createdBy = actor.kind === "system" ? null : `${actor.kind}:${actor.id}`;
  const [, made] = await ctx.db.batch([
    job.statement,
    ctx.db.run(sql`
      INSERT INTO exports (id, workspace_id, form_id, job_id, format, request, position, batch_id, created_by, created_at, keep_for_ms)
      SELECT ${id}, ${ctx.workspaceId}, ${plan.form.id}, ${job.id}, ${request.format}, ${JSON.stringify(request)}, ${position},
        ${options.batchId ?? null}, ${createdBy}, ${ctx.now()}, ${keepForMs} WHERE changes() > 0`),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "export.created",
      targetKind: "export",
      targetId: id,
      details: { form_id: plan.form.id, format: request.format },
    }),
  ]);
  if (made.meta.changes > 0) {
    await job.wake();
    return readExport(ctx, id);
  }
  const same = await findReusable(ctx, kind.kind, requestHash);
  if (same === null) throw tooManyJobs();
  return readExport(ctx, exportOf(same.input));
}

function assertBatch({ by, combine }: BatchRequest, format: ExportFormat, { schemas }: TablePlan): void {
  const issues: Issue[] = [];
  if (by !== BY_RESPONSE && columnToCutBy(schemas, by) === null) {
    issues.push({ path: "batch.by", code: "unknown_field", message: "Name a field of the form that does not repeat, or `response`." });
  }
  if (combine === "merge" && mergeOf(format) === undefined) {
    issues.push({
      path: "batch.combine",
      code: "invalid_value",
      message: `Files of the format ${format.name} cannot be merged; zip them.`,
    });
  }
  if (issues.length > 0) throw new InvalidError("The batch cannot be made; `errors` says why.", issues);
}

async function currentPosition(ctx: WorkspaceContext, { form, schemas }: TablePlan): Promise<string> {
  const { current, position } = await passBarrier(ctx, form.id, schemas.at(-1)?.settings);
  if (!current) {
    throw new DomainError("unavailable", "The store is not keeping up, and an export must lack nothing; try again soon.", {
      reason: "store_behind",
      retryAfterSeconds: 5,
    });
  }
  return position;
}

/** Whatever changes the file changes the hash: the request, what has been answered, how the form is worded, who may be told apart. */
function hashOf(request: ExportRequest, plan: TablePlan, position: string, keepForMs: number, look: string): Promise<string> {
  return sha256Hex(JSON.stringify([request, position, plan.form.title, plan.form.version, plan.timezone, keepForMs, look]));
}

function exportOf(input: unknown): string {
  return (input as { export_id: string }).export_id;
}
