// A file is a copy: when a response is erased, the files that may hold it go with it, and those in the making are begun again by
// whoever still wants them.
import { and, eq, isNotNull, isNull, lte, or } from "drizzle-orm";
import { cancelJob } from "../../jobs";
import type { WorkspaceContext } from "../../shared/context";
import { ConflictError } from "../../shared/errors";
import { tables } from "../../store";

const { exports } = tables;
const AT_ONCE = 200;

export async function forgetExportsOf(ctx: WorkspaceContext, formId: string, madeUntil: number): Promise<void> {
  for (;;) {
    const rows = await ctx.db
      .select({ id: exports.id, key: exports.fileKey, jobId: exports.jobId })
      .from(exports)
      .where(
        and(
          eq(exports.workspaceId, ctx.workspaceId),
          eq(exports.formId, formId),
          lte(exports.createdAt, madeUntil),
          or(isNotNull(exports.fileKey), and(isNull(exports.finishedAt), isNull(exports.expiresAt))),
        ),
      )
      .limit(AT_ONCE);
    for (const { id, key, jobId } of rows) {
      if (key === null) await cancelJob(ctx, jobId).catch(ignoreConflict);
      else await ctx.env.FILES.delete(key);
      await ctx.db
        .update(exports)
        .set({ fileKey: null, expiresAt: ctx.now() })
        .where(and(eq(exports.id, id), eq(exports.workspaceId, ctx.workspaceId)));
    }
    if (rows.length < AT_ONCE) return;
  }
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}
