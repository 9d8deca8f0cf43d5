// What the ledgers have accepted, followed: files that a response names become its own, and go when it is erased. The submit claims
// too, at once; this one is told again until it is done, so no crash in between can leave an accepted file to the night.
import { and, asc, eq, sql } from "drizzle-orm";
import type { ServiceContext, WorkspaceContext } from "../shared/context";
import { type OutboxRow, openPrimaryStore, tables } from "../store";
import { claimUploads } from "./answer";
import { uploadsNamedIn } from "./fields";
import { removeUploads } from "./rows";

const { uploads } = tables;
const ENTRIES_AT_ONCE = 1_000;
const FILES_AT_ONCE = 500;
const MAX_ROUNDS = 100;

export async function followUploads(ctx: WorkspaceContext, { formId, shard, fromSeq, toSeq, mayHave }: OutboxRow): Promise<void> {
  if (!mayHave.files || !(await hasUploads(ctx, formId))) return;
  const store = openPrimaryStore(ctx.env);
  for (let after = fromSeq - 1; after < toSeq; ) {
    const page = await store.entries(ctx.workspaceId, formId, shard, after, Math.min(ENTRIES_AT_ONCE, toSeq - after));
    const claims = page.flatMap(({ data, responseId }) => uploadsNamedIn(data).map((named) => ({ ...named, response: responseId })));
    await claimUploads(ctx, { workspaceId: ctx.workspaceId, formId }, claims);
    for (const { kind, responseId } of page) if (kind === "erase") await eraseUploadsOf(ctx, formId, responseId);
    after = page.at(-1)?.seq ?? toSeq;
  }
}

export async function hasUploads(ctx: WorkspaceContext, formId: string): Promise<boolean> {
  const [found] = await ctx.db
    .select({ id: uploads.id })
    .from(uploads)
    .where(and(eq(uploads.workspaceId, ctx.workspaceId), eq(uploads.formId, formId)))
    .limit(1);
  return found !== undefined;
}

async function eraseUploadsOf(ctx: WorkspaceContext, formId: string, responseId: string): Promise<void> {
  for (;;) {
    const rows = await ctx.db
      .select({ id: uploads.id, fileKey: uploads.fileKey, multipartId: uploads.multipartId })
      .from(uploads)
      .where(and(eq(uploads.workspaceId, ctx.workspaceId), eq(uploads.formId, formId), eq(uploads.responseId, responseId)))
      .orderBy(asc(uploads.id))
      .limit(FILES_AT_ONCE);
    await removeUploads(ctx, rows);
    if (rows.length < FILES_AT_ONCE) return;
  }
}

/** Files that nobody has claimed within a day, finished or not. */
export async function expireUploads(ctx: ServiceContext): Promise<number> {
  let removed = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // Marked first, so that no submit can hold what is just being removed.
    const rows = await ctx.db.all<{ id: string; file_key: string; multipart_id: string | null }>(sql`
      UPDATE uploads SET status = 'open', expires_at = 0
      WHERE id IN (SELECT id FROM uploads WHERE expires_at IS NOT NULL AND expires_at <= ${ctx.now()} ORDER BY expires_at LIMIT ${FILES_AT_ONCE})
        AND response_id IS NULL AND (held_until IS NULL OR held_until <= ${ctx.now()})
      RETURNING id, file_key, multipart_id`);
    await removeUploads(
      ctx,
      rows.map(({ id, file_key: fileKey, multipart_id: multipartId }) => ({ id, fileKey, multipartId })),
    );
    removed += rows.length;
    if (rows.length < FILES_AT_ONCE) break;
  }
  return removed;
}
