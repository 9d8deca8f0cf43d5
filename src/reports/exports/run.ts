// Making the file. Text goes to the bucket in slices and survives the death of its worker; other files are written in one go. In
// both the bucket shows nothing until the file is whole, and the row names it only then.
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { type Job, type JobControl, JobFailedError, type JobOutcome } from "../../jobs";
import type { WorkspaceContext } from "../../shared/context";
import { sha256Hex } from "../../shared/crypto";
import { tables } from "../../store";
import { BY_RESPONSE } from "../batch/groups";
import { batchOf } from "../batch/write";
import { FileWriter, removeFile, UploadState } from "../files/writer";
import { fitting, formatNamed } from "../formats";
import type { ExportFormat, StreamFormat, TextFormat } from "../formats/format";
import type { ExportInput, ExportResult } from "./kind";
import { type ExportRow, loadExport } from "./read";
import { type BatchRequest, ExportRequest } from "./request";
import { fileKey, fileName } from "./rules";
import { openSource, type RunningSource } from "./source";

const { exports } = tables;

/** What the next run must know: enough to go on, and to clean up. */
const Saved = z.object({
  key: z.string(),
  uploadId: z.string().nullable(),
  text: z
    .object({
      upload: UploadState,
      after: z.tuple([z.number(), z.number(), z.number()]).nullable(),
      rows: z.number().int(),
      /** Of the columns: were the form published with other ones in between, the rest would not fit what is written. */
      columns: z.string(),
    })
    .nullable(),
});
type Saved = z.infer<typeof Saved>;

export async function runExport(ctx: WorkspaceContext, input: ExportInput, control: JobControl): Promise<JobOutcome<ExportResult>> {
  const row = await loadExport(ctx, input.export_id);
  const { format: name, batch } = ExportRequest.parse(row.request);
  const chosen = batch === undefined ? formatNamed(name) : batchOf(formatNamed(name), batch);
  const source = await openSource(ctx, row, chosen, control);
  const format = fitting(chosen, source.meta);
  if (format.maxRows !== undefined && source.meta.expectedRows > format.maxRows) {
    throw tooMany(name, batch, format.maxRows, source.meta.expectedRows);
  }
  const saved = Saved.safeParse(control.saved).data ?? null;
  const run = new ExportRun(ctx, row, control, source);
  return format.kind === "text" ? run.text(format, saved) : run.stream(format, saved);
}

function tooMany(name: string, batch: BatchRequest | undefined, most: number, found: number): JobFailedError {
  const [what, advice] =
    batch?.by === BY_RESPONSE
      ? ["A batch with a file for each response", "have one file of all"]
      : [`An export as ${name}`, "choose CSV, XLSX or JSON"];
  return new JobFailedError(
    `${what} holds at most ${most.toLocaleString("en")} responses, and these are ${found.toLocaleString("en")}. Filter them, or ${advice}.`,
  );
}

export async function cleanUpExport(ctx: WorkspaceContext, input: ExportInput, job: Job): Promise<void> {
  const saved = Saved.safeParse(job.checkpoint).data;
  if (saved !== undefined) await removeFile(ctx.env.FILES, saved.key, saved.uploadId);
  await ctx.db
    .update(exports)
    .set({ fileKey: null, size: null, rows: null, expiresAt: null, finishedAt: null })
    .where(and(eq(exports.id, input.export_id), eq(exports.workspaceId, ctx.workspaceId)));
}

class ExportRun {
  constructor(
    readonly ctx: WorkspaceContext,
    readonly row: ExportRow,
    readonly control: JobControl,
    readonly source: RunningSource,
  ) {}

  async text(format: TextFormat, saved: Saved | null): Promise<JobOutcome<ExportResult>> {
    const columns = await sha256Hex(JSON.stringify(this.source.columns.map(({ key, label }) => [key, label])));
    const writing = format.open(this.source);
    const encoder = new TextEncoder();
    // An upload that fails twice where it was left may be gone: then the file is begun anew.
    let resumed = saved?.text?.columns === columns && this.control.attempt < 3 ? saved : null;
    let key = resumed?.key ?? (await this.#begin(format, saved));
    let file = this.#file(key, format);
    if (resumed?.text != null && !(await file.resume(resumed.text.upload))) {
      key = await this.#begin(format, resumed);
      file = this.#file(key, format);
      resumed = null;
    }
    let rows = resumed?.text?.rows ?? 0;
    if (resumed === null) await file.write(encoder.encode(writing.head()));
    for await (const page of this.source.pagesFrom(resumed?.text?.after ?? null, rows)) {
      let text = "";
      for (const row of page.rows) {
        text += writing.row(row, rows === 0);
        rows += 1;
      }
      await file.write(encoder.encode(text));
      if (!this.control.isTimeUp()) continue;
      const upload = await file.suspend();
      await this.#save({
        key,
        uploadId: upload.uploadId,
        text: { upload, after: [...page.after] as [number, number, number], rows, columns },
      });
      return { kind: "more" };
    }
    await file.write(encoder.encode(writing.tail()));
    return this.#finish(file, format, rows);
  }

  async stream(format: StreamFormat, saved: Saved | null): Promise<JobOutcome<ExportResult>> {
    const key = await this.#begin(format, saved);
    const file = this.#file(key, format);
    for await (const chunk of format.write(this.source)) {
      await file.write(chunk);
      this.control.signal.throwIfAborted();
    }
    return this.#finish(file, format, this.source.rowsRead());
  }

  /** Removes what an earlier attempt left, and writes down where this one writes before it writes anything. */
  async #begin(format: ExportFormat, left: Saved | null): Promise<string> {
    if (left !== null) await removeFile(this.ctx.env.FILES, left.key, left.uploadId);
    const key = fileKey(this.ctx.workspaceId, this.row.id, crypto.randomUUID(), format.extension);
    await this.#save({ key, uploadId: null, text: null });
    return key;
  }

  #file(key: string, format: ExportFormat): FileWriter {
    return new FileWriter(this.ctx.env.FILES, key, format.contentType, (uploadId) => this.#save({ key, uploadId, text: null }));
  }

  #save(saved: Saved): Promise<void> {
    return this.control.checkpoint(saved);
  }

  async #finish(file: FileWriter, format: ExportFormat, rows: number): Promise<JobOutcome<ExportResult>> {
    // Were the worker to die between here and its end, there would be nothing to go on with: the upload is over.
    await this.#save({ key: file.key, uploadId: file.uploadId, text: null });
    const size = await file.finish();
    const now = this.ctx.now();
    await this.ctx.db
      .update(exports)
      .set({
        fileKey: file.key,
        fileName: fileName(this.source.meta.title, this.row.position, this.row.createdAt, format.extension),
        size,
        rows,
        finishedAt: now,
        expiresAt: now + this.row.keepForMs,
      })
      .where(and(eq(exports.id, this.row.id), eq(exports.workspaceId, this.ctx.workspaceId)));
    await this.control.progress(1, rows);
    return { kind: "done", result: { export_id: this.row.id, rows, size } };
  }
}
