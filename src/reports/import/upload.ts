import { and, eq, isNotNull, lte } from "drizzle-orm";
import { getForm } from "../../forms";
import { assertCan, type ServiceContext } from "../../shared/context";
import { InvalidError, TooLargeError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { auditActor, auditIfChanged } from "../../store/audit";
import { FileWriter } from "../files/writer";
import { fieldsToFill } from "./fields";
import { suggestMapping } from "./mapping";
import type { Import } from "./read";
import { formatOf, type ImportFormat, readShape, unpackWorkbook } from "./rows";

const { imports } = tables;

const MAX_IMPORT_BYTES = 50 * 1024 * 1024;
/** A workbook is unpacked from memory. */
const MAX_WORKBOOK_BYTES = 10 * 1024 * 1024;
export const FILE_KEPT_MS = 7 * 86_400_000;
const AT_ONCE = 200;
const MAX_SAMPLES = 3;
const MAX_SAMPLE = 100;

/** The file goes into the bucket as it comes; its columns and what they probably are go into the reply. */
export async function uploadImport(
  ctx: ServiceContext,
  input: { formId: string; fileName: string; contentType: string; body: ReadableStream<Uint8Array> | null },
): Promise<Import> {
  assertCan(ctx, "write");
  const form = await getForm(ctx, input.formId);
  const format = formatOf(input.fileName, input.contentType);
  if (format === null) throw invalid("unknown_format", "Send a CSV, JSON Lines or XLSX file, and say so by its name or its type.");
  const id = newId("import", ctx.now());
  const key = fileKey(ctx.workspaceId, id, format);
  try {
    const size = await keep(ctx.env.FILES, key, input.body, format === "xlsx" ? MAX_WORKBOOK_BYTES : MAX_IMPORT_BYTES);
    if (size === 0) throw invalid("empty", "The file is empty.");
    if (format === "xlsx") await unpackWorkbook(ctx.env.FILES, key, rowsKey(key, format));
    const { shape, samples } = await readShape(ctx.env.FILES, rowsKey(key, format), format);
    if (shape.columns.length === 0) throw invalid("no_columns", "The file has no columns: the first row has to name them.");
    const now = ctx.now();
    const actor = auditActor(ctx);
    const row: Import = {
      id,
      workspaceId: ctx.workspaceId,
      formId: form.id,
      fileName: input.fileName,
      format,
      fileKey: key,
      size,
      columns: shape.columns.map((name) => ({ name, samples: samplesOf(samples, name) })),
      mapping: suggestMapping(shape.columns, await fieldsToFill(ctx, form.id)),
      options: {},
      status: "uploaded",
      jobId: null,
      rows: 0,
      accepted: 0,
      rejected: 0,
      error: null,
      createdBy: `${actor.kind}:${actor.id}`,
      createdAt: now,
      finishedAt: null,
    };
    await ctx.db.batch([
      ctx.db.insert(imports).values(row),
      auditIfChanged(ctx, {
        workspaceId: ctx.workspaceId,
        action: "import.uploaded",
        targetKind: "import",
        targetId: id,
        details: { form_id: form.id, format, size },
      }),
    ]);
    return row;
  } catch (error) {
    await ctx.env.FILES.delete([key, rowsKey(key, "xlsx")]);
    throw error;
  }
}

/** Files of imports live for a week. */
export async function forgetImportFiles(ctx: ServiceContext): Promise<void> {
  const old = await ctx.db
    .select({ id: imports.id, key: imports.fileKey, format: imports.format })
    .from(imports)
    .where(and(isNotNull(imports.fileKey), lte(imports.createdAt, ctx.now() - FILE_KEPT_MS)))
    .limit(AT_ONCE);
  for (const { id, key } of old) {
    if (key !== null) await ctx.env.FILES.delete([key, rowsKey(key, "xlsx")]);
    await ctx.db.update(imports).set({ fileKey: null }).where(eq(imports.id, id));
  }
}

/** Where the rows are read from: of a workbook, what was unpacked. */
export function rowsKey(key: string, format: ImportFormat): string {
  return format === "xlsx" ? `${key}.rows.jsonl` : key;
}

function fileKey(workspaceId: string, id: string, format: ImportFormat): string {
  return `imports/${workspaceId}/${id}.${format}`;
}

async function keep(files: R2Bucket, key: string, body: ReadableStream<Uint8Array> | null, most: number): Promise<number> {
  if (body === null) return 0;
  const uploads: string[] = [];
  const writer = new FileWriter(files, key, "application/octet-stream", async (uploadId) => {
    uploads.push(uploadId);
  });
  let size = 0;
  try {
    for await (const piece of body) {
      size += piece.byteLength;
      if (size > most) throw new TooLargeError(`Send at most ${most / 1_048_576} MiB; cut the file into several.`);
      await writer.write(piece);
    }
    return size === 0 ? 0 : await writer.finish();
  } catch (error) {
    for (const uploadId of uploads)
      await files
        .resumeMultipartUpload(key, uploadId)
        .abort()
        .catch(() => {});
    throw error;
  }
}

function samplesOf(rows: readonly Record<string, unknown>[], column: string): string[] {
  const found = rows.map((row) => row[column]).filter((value) => value !== undefined && value !== null && value !== "");
  return [...new Set(found.map((value) => (typeof value === "string" ? value : JSON.stringify(value)).slice(0, MAX_SAMPLE)))].slice(
    0,
    MAX_SAMPLES,
  );
}

function invalid(code: string, message: string): InvalidError {
  return new InvalidError("The file cannot be imported.", [{ path: "", code, message }]);
}
