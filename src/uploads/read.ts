import { and, asc, eq, gt, sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError, GoneError, NotFoundError } from "../shared/errors";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { LINK_MS } from "./limits";
import { readUploadLink, signUploadLink } from "./links";
import { loadUpload, removeUploads, type Upload } from "./rows";

const { uploads } = tables;

export async function getUpload(ctx: ServiceContext, id: string): Promise<Upload> {
  assertCan(ctx, "read");
  return loadUpload(ctx, id);
}

/** Oldest first. */
export async function listUploads(
  ctx: ServiceContext,
  input: { formId: string; responseId?: string; limit: number; cursor?: string },
): Promise<Page<Upload>> {
  assertCan(ctx, "read");
  const [after] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.workspaceId, ctx.workspaceId),
        eq(uploads.formId, input.formId),
        input.responseId === undefined ? undefined : eq(uploads.responseId, input.responseId),
        after === undefined ? undefined : gt(uploads.id, String(after)),
      ),
    )
    .orderBy(asc(uploads.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ id }) => [id]);
}

export async function linkToUpload(ctx: ServiceContext, id: string, lifeMs: number = LINK_MS): Promise<{ url: string; expiresAt: number }> {
  assertCan(ctx, "read");
  const row = await loadUpload(ctx, id);
  refuseUnreadable(row);
  const expiresAt = ctx.now() + lifeMs;
  return { url: await signUploadLink(ctx.env, row.id, expiresAt), expiresAt };
}

export interface OpenedUpload {
  upload: Upload;
  object: R2ObjectBody;
  /** Null: all of it. */
  range: { from: number; to: number; of: number } | null;
}

export async function openUpload(ctx: ServiceContext, id: string, range?: Headers): Promise<OpenedUpload> {
  assertCan(ctx, "read");
  return open(ctx, await loadUpload(ctx, id), range);
}

/** The link is the credential, so there is no actor to ask. It ends by its time, and before that when the upload is deleted. */
export async function openLinkedUpload(
  ctx: ServiceContext,
  link: { id: string; expires: string; signature: string; range?: Headers },
): Promise<OpenedUpload & { expiresAt: number }> {
  const expiresAt = await readUploadLink(ctx.env, link);
  if (expiresAt === null) throw new NotFoundError("The file");
  if (expiresAt <= ctx.now()) throw new GoneError("The link has expired; ask for a new one.", "link_expired");
  const row = await ctx.db.select().from(uploads).where(eq(uploads.id, link.id)).get();
  if (row === undefined) throw gone();
  return { ...(await open(ctx, row, link.range)), expiresAt };
}

async function open(ctx: ServiceContext, upload: Upload, range: Headers | undefined): Promise<OpenedUpload> {
  refuseUnreadable(upload);
  const object = await ctx.env.FILES.get(upload.fileKey, range?.has("Range") ? { range } : {});
  if (object === null) throw gone();
  const part = object.range !== undefined && "offset" in object.range ? object.range : null;
  const from = part?.offset ?? 0;
  const length = part?.length ?? object.size - from;
  const whole = range?.has("Range") !== true || length === object.size;
  return { upload, object, range: whole ? null : { from, to: from + length - 1, of: object.size } };
}

function refuseUnreadable({ status, scan }: Upload): void {
  if (status === "open") throw new ConflictError("The file has not been uploaded completely.", "upload_not_ready");
  if (scan === "pending") throw new ConflictError("The file is being scanned for viruses; try again shortly.", "upload_not_ready");
  if (scan === "refused") throw new GoneError("The file was refused by the virus scanner and is not kept.", "file_refused");
}

function gone(): GoneError {
  return new GoneError("The file was deleted.", "file_deleted");
}

/** The answer still names it; the file, and with it every link to it, is gone. */
export async function deleteUpload(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "delete");
  const row = await loadUpload(ctx, id);
  await ctx.db.batch([
    // Marked first, so that nothing can claim or read what is just being removed; the night finds it if this is cut off.
    ctx.db.run(sql`UPDATE uploads SET status = 'open', response_id = NULL, expires_at = 0
      WHERE id = ${row.id} AND workspace_id = ${ctx.workspaceId} AND NOT (status = 'open' AND expires_at IS 0)`),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "upload.deleted",
      targetKind: "upload",
      targetId: row.id,
      details: { form_id: row.formId, response_id: row.responseId, size: row.size },
    }),
  ]);
  await removeUploads(ctx, [row]);
}
