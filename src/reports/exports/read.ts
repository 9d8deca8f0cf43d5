import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { signFileLink } from "../files/link";

const { exports, jobs } = tables;

export type ExportRow = typeof exports.$inferSelect;
export type ExportStatus = "queued" | "running" | "done" | "failed" | "cancelled" | "expired";

export interface ExportView {
  id: string;
  formId: string;
  jobId: string;
  format: string;
  status: ExportStatus;
  progress: number;
  rows: number | null;
  size: number | null;
  position: string;
  fileName: string | null;
  downloadUrl: string | null;
  createdAt: number;
  finishedAt: number | null;
  expiresAt: number | null;
  error: string | null;
}

const WITH_JOB = { export: exports, status: jobs.status, progress: jobs.progress, jobRows: jobs.rows, error: jobs.error };
type Joined = { export: ExportRow; status: string | null; progress: number | null; jobRows: number | null; error: string | null };

export async function readExport(ctx: ServiceContext, id: string): Promise<ExportView> {
  assertCan(ctx, "read");
  const row = await ctx.db
    .select(WITH_JOB)
    .from(exports)
    .leftJoin(jobs, eq(jobs.id, exports.jobId))
    .where(and(eq(exports.id, id), eq(exports.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined) throw new NotFoundError("The export");
  return toView(ctx, row);
}

export async function listExports(
  ctx: ServiceContext,
  input: { formId?: string; limit: number; cursor?: string },
): Promise<Page<ExportView>> {
  assertCan(ctx, "read");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select(WITH_JOB)
    .from(exports)
    .leftJoin(jobs, eq(jobs.id, exports.jobId))
    .where(
      and(
        eq(exports.workspaceId, ctx.workspaceId),
        input.formId === undefined ? undefined : eq(exports.formId, input.formId),
        before === undefined ? undefined : lt(exports.id, String(before)),
      ),
    )
    .orderBy(desc(exports.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => [row.export.id]);
  return { ...page, items: await Promise.all(page.items.map((row) => toView(ctx, row))) };
}

/** The row alone, for who works on it. */
export async function loadExport(ctx: WorkspaceContext, id: string): Promise<ExportRow> {
  const row = await ctx.db
    .select()
    .from(exports)
    .where(and(eq(exports.id, id), eq(exports.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined) throw new NotFoundError("The export");
  return row;
}

async function toView(ctx: ServiceContext, { export: row, status: ofJob, progress, jobRows, error }: Joined): Promise<ExportView> {
  const status = statusOf(row, ofJob, ctx.now());
  const { expiresAt } = row;
  return {
    id: row.id,
    formId: row.formId,
    jobId: row.jobId,
    format: row.format,
    status,
    progress: status === "done" || status === "expired" ? 1 : (progress ?? 0),
    rows: row.rows ?? jobRows,
    size: row.size,
    position: row.position,
    fileName: row.fileName,
    downloadUrl: status === "done" && expiresAt !== null ? await signFileLink(ctx.env, row.id, expiresAt) : null,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    expiresAt,
    error,
  };
}

/** Its job says how far it is, and is forgotten a month later; the file's life is the export's own. */
function statusOf(row: ExportRow, ofJob: string | null, now: number): ExportStatus {
  if (row.expiresAt !== null && (row.expiresAt <= now || row.fileKey === null) && (ofJob === null || ofJob === "done")) return "expired";
  if (ofJob === null) return "failed";
  return ofJob as ExportStatus;
}
