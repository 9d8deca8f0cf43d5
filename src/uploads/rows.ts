// What several verbs of uploads share: rows, and how they go.
import { and, eq, sql } from "drizzle-orm";
import type { ServiceContext, WorkspaceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { describeError } from "../shared/log";
import { tables } from "../store";

const { uploads } = tables;

export type Upload = typeof uploads.$inferSelect;

export function fileKeyOf(workspaceId: string, formId: string, id: string): string {
  return `uploads/${workspaceId}/${formId}/${id}`;
}

/** Throws when it is unknown or another workspace's: the two must look the same. */
export async function loadUpload(ctx: WorkspaceContext, id: string): Promise<Upload> {
  const row = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.workspaceId, ctx.workspaceId)))
    .get();
  if (row === undefined) throw new NotFoundError("The upload");
  return row;
}

/**
 * Bytes first: a row whose bytes are gone is found again by the night, bytes without a row by nobody. So whoever calls has seen to
 * it that nothing claims these rows meanwhile.
 */
export async function removeUploads(ctx: ServiceContext, rows: readonly Pick<Upload, "id" | "fileKey" | "multipartId">[]): Promise<void> {
  if (rows.length === 0) return;
  for (const { fileKey, multipartId } of rows) if (multipartId !== null) await abortParts(ctx, fileKey, multipartId);
  await ctx.env.FILES.delete(rows.map(({ fileKey }) => fileKey));
  await ctx.db.run(sql`DELETE FROM uploads WHERE id IN (SELECT value FROM json_each(${JSON.stringify(rows.map(({ id }) => id))}))`);
}

export async function abortParts(ctx: ServiceContext, fileKey: string, multipartId: string): Promise<void> {
  try {
    await ctx.env.FILES.resumeMultipartUpload(fileKey, multipartId).abort();
  } catch (error) {
    // One that was completed or aborted already says so by failing; and what is never aborted, R2 drops after a week.
    ctx.log.info("parts not aborted", { file_key: fileKey, ...describeError(error) });
  }
}
