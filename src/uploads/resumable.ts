// A large file in parts: announced, sent part by part in any order and as often as needed, then put together. Whoever knows the id
// may go on with it, until a response has it.
import { and, asc, eq, sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { ConflictError, InvalidError, NotFoundError } from "../shared/errors";
import { describeError } from "../shared/log";
import { tables } from "../store";
import { type Announced, admit, formForUploads, refusal, refuseUnfit, reserve, type Visitor } from "./begin";
import { lookAt, WrongLengthError } from "./bytes";
import { fileFields } from "./fields";
import { judge } from "./judge";
import { PART_BYTES } from "./limits";
import { removeUploads, type Upload } from "./rows";
import { finish, lengthRequired, wrongLength } from "./upload";

const { uploads, uploadParts } = tables;

export interface UploadState {
  upload: Upload;
  partSize: number;
  partCount: number;
  /** What is there. */
  parts: { part: number; size: number }[];
}

/** Of an upload that is still on its way. */
export interface Unclaimed {
  formId: string;
  id: string;
  visitor: Visitor;
}

export async function beginUpload(ctx: ServiceContext, announced: Announced): Promise<UploadState> {
  const admitted = await admit(ctx, announced);
  const row = await reserve(ctx, admitted, { type: announced.type, size: announced.size });
  try {
    const { uploadId: multipartId } = await ctx.env.FILES.createMultipartUpload(row.fileKey);
    await ctx.db
      .update(uploads)
      .set({ multipartId })
      .where(and(eq(uploads.id, row.id), eq(uploads.workspaceId, row.workspaceId)));
    return stateOf({ ...row, multipartId }, []);
  } catch (error) {
    await removeUploads(ctx, [row]);
    throw error;
  }
}

export async function getUploadState(ctx: ServiceContext, which: Unclaimed): Promise<UploadState> {
  const { upload } = await loadUnclaimed(ctx, which);
  return stateOf(upload, await partsOf(ctx, upload.id));
}

export async function putPart(
  ctx: ServiceContext,
  input: Unclaimed & { part: number; length: number | null; body: ReadableStream<Uint8Array> | null },
): Promise<{ part: number; size: number }> {
  const { part, length, body } = input;
  const { upload, form } = await loadUnclaimed(ctx, input);
  const { multipartId } = upload;
  if (upload.status === "complete" || multipartId === null) throw new ConflictError("The upload is complete.", "wrong_state");
  const count = partCount(upload.size);
  if (part > count) throw invalidPart(`The file has ${count} part${count === 1 ? "" : "s"}.`);
  const expected = part < count ? PART_BYTES : upload.size - (count - 1) * PART_BYTES;
  if (length === null) throw lengthRequired();
  if (length !== expected || body === null) throw invalidPart(`Part ${part} has ${expected} bytes.`);
  const incoming = await lookAt(body);
  const type = part === 1 ? typeOfStart(form.schema, upload, incoming.head) : null;
  const sent = await incoming
    .send(expected, (bytes) => ctx.env.FILES.resumeMultipartUpload(upload.fileKey, multipartId).uploadPart(part, bytes))
    .catch((error: unknown) => {
      throw error instanceof WrongLengthError ? wrongLength(expected) : error;
    });
  const kept = { size: expected, etag: sent.etag };
  const noted = ctx.db
    .insert(uploadParts)
    .values({ uploadId: upload.id, part, ...kept })
    .onConflictDoUpdate({ target: [uploadParts.uploadId, uploadParts.part], set: kept });
  if (type === null) await noted;
  else
    await ctx.db.batch([
      noted,
      ctx.db
        .update(uploads)
        .set({ type })
        .where(and(eq(uploads.id, upload.id), eq(uploads.status, "open"))),
    ]);
  return { part, size: expected };
}

/** Said twice, or after a crash in the middle, it comes to the same. */
export async function completeUpload(ctx: ServiceContext, which: Unclaimed): Promise<Upload> {
  const { upload } = await loadUnclaimed(ctx, which);
  if (upload.status === "complete") return upload;
  const { multipartId } = upload;
  if (multipartId === null) throw new ConflictError("The upload was not begun in parts.", "wrong_state");
  const parts = await partsOf(ctx, upload.id);
  const there = new Set(parts.map(({ part }) => part));
  const missing = Array.from({ length: partCount(upload.size) }, (_, i) => i + 1).filter((part) => !there.has(part));
  if (missing.length > 0) {
    throw new InvalidError(
      `Some parts are not there yet: ${missing.slice(0, 20).join(", ")}${missing.length > 20 ? " …" : ""}.`,
      missing.slice(0, 100).map((part) => ({ path: `parts.${part}`, message: "Send this part.", code: "missing_part" })),
    );
  }
  try {
    const pieces = parts.map(({ part: partNumber, etag }) => ({ partNumber, etag }));
    await ctx.env.FILES.resumeMultipartUpload(upload.fileKey, multipartId).complete(pieces);
  } catch (error) {
    // Put together already, by an attempt that could not say so any more.
    const whole = await ctx.env.FILES.head(upload.fileKey);
    if (whole?.size !== upload.size) {
      ctx.log.warn("parts not put together", { upload_id: upload.id, ...describeError(error) });
      throw new ConflictError("The parts could not be put together; try again, or send them again.", "wrong_state");
    }
  }
  return finish(ctx, upload);
}

export async function abortUpload(ctx: ServiceContext, which: Unclaimed): Promise<void> {
  const { upload } = await loadUnclaimed(ctx, which);
  const now = ctx.now();
  const [marked] = await ctx.db.all<{ id: string }>(sql`
    UPDATE uploads SET status = 'open', expires_at = 0
    WHERE id = ${upload.id} AND workspace_id = ${upload.workspaceId} AND response_id IS NULL AND (held_until IS NULL OR held_until <= ${now})
    RETURNING id`);
  if (marked === undefined) throw new ConflictError("The file is being submitted.", "wrong_state");
  await removeUploads(ctx, [upload]);
}

/** Once a response has it, its id stands in webhooks and exports and must open nothing to strangers any more. */
async function loadUnclaimed(ctx: ServiceContext, { formId, id, visitor }: Unclaimed) {
  const form = await formForUploads(ctx, formId, visitor);
  const upload = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.workspaceId, form.workspaceId), eq(uploads.formId, form.formId)))
    .get();
  if (upload === undefined || upload.responseId !== null || (upload.expiresAt ?? 0) <= ctx.now()) throw new NotFoundError("The upload");
  return { form, upload };
}

function typeOfStart(schema: Parameters<typeof fileFields>[0], upload: Upload, head: Uint8Array): string {
  const question = fileFields(schema).get(upload.field);
  // The form was published anew meanwhile, without this question.
  if (question === undefined) throw new NotFoundError("The upload");
  const judged = judge({ name: upload.name, declared: upload.type, head });
  if (!judged.ok) throw refusal(question, { code: "lying_type", message: judged.message });
  refuseUnfit(question, { size: upload.size, type: judged.type, name: upload.name });
  return judged.type;
}

async function partsOf(ctx: ServiceContext, id: string) {
  return ctx.db.select().from(uploadParts).where(eq(uploadParts.uploadId, id)).orderBy(asc(uploadParts.part));
}

function partCount(size: number): number {
  return Math.ceil(size / PART_BYTES);
}

function stateOf(upload: Upload, parts: readonly { part: number; size: number }[]): UploadState {
  return {
    upload,
    partSize: PART_BYTES,
    partCount: partCount(upload.size),
    parts: parts.map(({ part, size }) => ({ part, size })),
  };
}

function invalidPart(message: string): InvalidError {
  return new InvalidError("This part does not fit the file that was announced.", [{ path: "part", message, code: "wrong_part" }]);
}
