// Files whose life is over are deleted. The link has said 410 since the moment it ended; this frees the bucket.
import { and, asc, inArray, isNotNull, lte } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { tables } from "../../store";

const { exports } = tables;
const AT_ONCE = 500;

export async function deleteExpiredFiles(ctx: ServiceContext): Promise<number> {
  const due = await ctx.db
    .select({ id: exports.id, key: exports.fileKey })
    .from(exports)
    .where(and(isNotNull(exports.fileKey), lte(exports.expiresAt, ctx.now())))
    .orderBy(asc(exports.expiresAt))
    .limit(AT_ONCE);
  if (due.length === 0) return 0;
  // The files first: a row that forgot its file would leave it there for ever.
  await ctx.env.FILES.delete(due.flatMap(({ key }) => (key === null ? [] : [key])));
  for (let i = 0; i < due.length; i += 90) {
    const ids = due.slice(i, i + 90).map(({ id }) => id);
    await ctx.db.update(exports).set({ fileKey: null }).where(inArray(exports.id, ids));
  }
  return due.length;
}
