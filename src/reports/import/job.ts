// An import as a job. Rows go the way of every response, to the form's ledger, each with a key made from the import and its place in
// the file: whoever begins again at the last checkpoint offers some rows twice, and the ledger takes each once.
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { calculateFor, evaluateAnswers, type FieldDescription, getPublishedForm, type PublishedForm } from "../../forms";
import { type Job, type JobControl, JobFailedError, type JobKind, type JobOutcome } from "../../jobs";
import { acceptResponse } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { DomainError, type Issue } from "../../shared/errors";
import { inParallel } from "../../shared/in-parallel";
import { tables } from "../../store";
import { fieldsToFill } from "./fields";
import { type ImportRecord, toRecord } from "./mapping";
import { instantIn } from "./moment";
import { type Import, MAX_ERRORS_OF_ROW } from "./read";
import { type ImportRow, readRows, readShape, type Shape } from "./rows";
import { FILE_KEPT_MS, rowsKey } from "./upload";

const { imports } = tables;

/** Taken side by side: the ledger writes what comes together in one transaction. */
const AT_ONCE = 100;
const ROWS_PER_CHECKPOINT = 500;
/** Each row is a call, and one run of a Worker may make so many of them. */
const ROWS_PER_RUN = 4_000;
const MAX_KEPT_ERRORS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const Input = z.object({ import_id: z.string().max(64), mode: z.enum(["check", "import"]) });
type Input = z.infer<typeof Input>;
const Saved = z.object({
  offset: z.number().int(),
  row: z.number().int(),
  accepted: z.number().int(),
  rejected: z.number().int(),
  kept: z.number().int(),
});
type Saved = z.infer<typeof Saved>;

export interface ImportResult {
  import_id: string;
  rows: number;
  accepted: number;
  rejected: number;
}

export const IMPORT: JobKind<Input, ImportResult> = {
  kind: "import",
  queue: "work",
  input: Input,
  maxAttempts: 8,
  resumes: true,
  run: runImport,
  cleanUp: endImport,
};

interface Running {
  ctx: WorkspaceContext;
  row: Import;
  form: PublishedForm;
  fields: readonly FieldDescription[];
  options: { dates: "ymd" | "dmy" | "mdy"; separator: string };
  mode: Input["mode"];
}

async function runImport(ctx: WorkspaceContext, { import_id: id, mode }: Input, control: JobControl): Promise<JobOutcome<ImportResult>> {
  const row = await ctx.db
    .select()
    .from(imports)
    .where(and(eq(imports.id, id), eq(imports.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined || row.fileKey === null) throw new JobFailedError("The file is gone.");
  const key = rowsKey(row.fileKey, row.format);
  const { shape } = await readShape(ctx.env.FILES, key, row.format);
  const size = (await ctx.env.FILES.head(key))?.size ?? 0;
  const options = { dates: "dmy" as const, separator: ",", ...row.options };
  const running: Running = {
    ctx,
    row,
    form: await getPublishedForm(ctx, row.formId),
    fields: await fieldsToFill(ctx, row.formId),
    options,
    mode,
  };
  const first = Saved.safeParse(control.saved).data ?? { offset: shape.start, row: 0, accepted: 0, rejected: 0, kept: 0 };
  let state = first;
  if (control.saved === null) await ctx.db.run(sql`DELETE FROM import_errors WHERE import_id = ${id}`);

  for await (const chunk of chunksOf(ctx.env.FILES, key, shape, state.offset)) {
    state = await takeChunk(running, chunk, state);
    await control.checkpoint(state);
    await ctx.db.update(imports).set({ rows: state.row, accepted: state.accepted, rejected: state.rejected }).where(eq(imports.id, id));
    await control.progress(size === 0 ? 1 : Math.min(0.99, state.offset / size), state.row);
    if (control.isTimeUp() || (mode === "import" && state.row - first.row >= ROWS_PER_RUN)) return { kind: "more" };
  }
  await ctx.db
    .update(imports)
    .set({
      status: mode === "check" ? "checked" : "done",
      rows: state.row,
      accepted: state.accepted,
      rejected: state.rejected,
      finishedAt: ctx.now(),
    })
    .where(eq(imports.id, id));
  return { kind: "done", result: { import_id: id, rows: state.row, accepted: state.accepted, rejected: state.rejected } };
}

async function* chunksOf(files: R2Bucket, key: string, shape: Shape, offset: number): AsyncGenerator<ImportRow[]> {
  let chunk: ImportRow[] = [];
  for await (const row of readRows(files, key, shape, offset)) {
    chunk.push(row);
    if (chunk.length < ROWS_PER_CHECKPOINT) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function takeChunk(running: Running, chunk: readonly ImportRow[], before: Saved): Promise<Saved> {
  const state = { ...before };
  const errors: { row: number; place: number; path: string; message: string; code: string }[] = [];
  const verdicts = await inParallel(chunk, AT_ONCE, (row, at) => takeRow(running, row, before.row + at + 1));
  verdicts.forEach((issues, at) => {
    if (issues === null) state.accepted += 1;
    else {
      state.rejected += 1;
      const row = before.row + at + 1;
      for (const [place, issue] of issues.slice(0, MAX_ERRORS_OF_ROW).entries()) errors.push({ row, place, ...trimmed(issue) });
    }
  });
  const kept = errors.slice(0, Math.max(0, MAX_KEPT_ERRORS - before.kept));
  if (kept.length > 0) {
    await running.ctx.db.run(sql`INSERT INTO import_errors (import_id, row, place, path, message, code)
      SELECT ${running.row.id}, e.value ->> 'row', e.value ->> 'place', e.value ->> 'path', e.value ->> 'message', e.value ->> 'code'
      FROM json_each(${JSON.stringify(kept)}) e WHERE true ON CONFLICT DO NOTHING`);
  }
  return { ...state, row: before.row + chunk.length, offset: chunk.at(-1)?.end ?? before.offset, kept: before.kept + kept.length };
}

/** Null when it was taken, or would be. */
async function takeRow(running: Running, row: ImportRow, place: number): Promise<readonly Issue[] | null> {
  if (row.problem !== undefined) return [{ path: "", code: "not_json", message: row.problem }];
  const { ctx, form, mode } = running;
  const record = toRecord(row.cells, running.row.mapping, running.fields, running.options);
  const read = timesOf(record, form.schema.settings?.timezone ?? "UTC", ctx.now());
  if (!read.ok) return read.issues;
  const { submittedAt, startedAt, status } = read;
  if (mode === "check") {
    const now = submittedAt ?? ctx.now();
    const verdict = evaluateAnswers(form.schema, record.data, { mode: status, now, calculate: calculateFor(form.schema, now) });
    return verdict.ok ? null : verdict.issues;
  }
  try {
    await acceptResponse(ctx, {
      formId: form.formId,
      data: record.data,
      status,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(submittedAt === undefined ? {} : { submittedAt }),
      meta: { import: running.row.id },
      // As long as the file is there the import can be begun anew, days after it failed.
      idempotency: { key: `import:${running.row.id}:${place}`, body: JSON.stringify(record), keptMs: FILE_KEPT_MS + DAY_MS },
      // Plugins that judge answers were asked when these were given, or never: a file is taken on its owner's word.
      validators: null,
      visit: { origin: null, referrer: null, country: null, userAgent: null },
    });
    return null;
  } catch (error) {
    // What is wrong with the row is said of the row; what is wrong with us makes the job try again from its checkpoint.
    if (!(error instanceof DomainError) || error.code === "unavailable" || error.code === "rate_limited") throw error;
    if (error.code === "gone" || error.code === "not_found") throw error;
    return error.details.issues ?? [{ path: "", code: error.details.reason ?? error.code, message: error.message }];
  }
}

type Times = { ok: true; submittedAt?: number; startedAt?: number; status: "complete" | "partial" } | { ok: false; issues: Issue[] };

function timesOf(record: ImportRecord, timezone: string, now: number): Times {
  const issues: Issue[] = [];
  const read = (path: "submitted_at" | "started_at", text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const instant = instantIn(text, timezone);
    if (instant === null || instant > now + HOUR_MS || instant < 0)
      issues.push({ path, code: "bad_datetime", message: "This is no moment that has passed, such as 2026-01-31T09:00." });
    return instant ?? undefined;
  };
  const submittedAt = read("submitted_at", record.submittedAt);
  const startedAt = read("started_at", record.startedAt);
  const { status = "complete" } = record;
  if (status !== "complete" && status !== "partial")
    issues.push({ path: "status", code: "bad_status", message: "A response is complete or partial." });
  return issues.length > 0
    ? { ok: false, issues }
    : { ok: true, submittedAt, startedAt, status: status === "partial" ? "partial" : "complete" };
}

function trimmed({ path, message, code }: Issue) {
  return { path: path.slice(0, 200), message: message.slice(0, 300), code: code.slice(0, 64) };
}

async function endImport(ctx: WorkspaceContext, { import_id: id }: Input, job: Job): Promise<void> {
  if (job.status !== "failed" && job.status !== "cancelled") return;
  await ctx.db
    .update(imports)
    .set({ status: job.status, error: job.error, finishedAt: ctx.now() })
    .where(and(eq(imports.id, id), eq(imports.jobId, job.id)));
}
