import { and, inArray, lt } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { idFloor } from "../shared/ids";
import { tables } from "../store";

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_AT_ONCE = 1_000;
const { mailMessages } = tables;

/** Rows of mail that was sent or given up a month ago. Bounded: what is left over goes the next night. */
export async function forgetOldMail(ctx: ServiceContext): Promise<void> {
  // Ids begin with their time, so the primary key finds the old ones.
  const old = ctx.db
    .select({ id: mailMessages.id })
    .from(mailMessages)
    .where(and(lt(mailMessages.id, idFloor("mail", ctx.now() - KEEP_MS)), inArray(mailMessages.status, ["sent", "failed"])))
    .orderBy(mailMessages.id)
    .limit(MAX_AT_ONCE);
  await ctx.db.delete(mailMessages).where(inArray(mailMessages.id, old));
}
