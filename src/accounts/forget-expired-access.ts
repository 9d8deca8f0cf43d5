// What no longer opens anything: sessions that ran out, links that were never followed. Bounded; the rest goes the next night.
import { inArray, lt, sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { tables } from "../store";
import { sessionLimits } from "./settings";

const { sessions, verifications } = tables;
const MAX_AT_ONCE = 5_000;

export async function forgetExpiredAccess(ctx: ServiceContext): Promise<void> {
  const now = ctx.now();
  const idleSince = now - sessionLimits(ctx.env).idleMs;
  const oldSessions = ctx.db
    .select({ id: sessions.id })
    .from(sessions)
    .where(sql`${sessions.expiresAt} < ${now} OR ${sessions.lastUsedAt} < ${idleSince}`)
    .limit(MAX_AT_ONCE);
  const oldLinks = ctx.db
    .select({ id: verifications.id })
    .from(verifications)
    .where(lt(verifications.expiresAt, new Date(now)))
    .limit(MAX_AT_ONCE);
  await ctx.db.batch([
    ctx.db.delete(sessions).where(inArray(sessions.id, oldSessions)),
    ctx.db.delete(verifications).where(inArray(verifications.id, oldLinks)),
  ]);
}
