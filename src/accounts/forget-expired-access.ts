// What no longer opens anything: sessions past their absolute limit, links that were never followed. Bounded; the rest goes the
// next night. Idle sessions open nothing either, and wait for the absolute limit.
import { inArray, lt } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { tables } from "../store";

const { sessions, verifications } = tables;
const MAX_AT_ONCE = 5_000;

export async function forgetExpiredAccess(ctx: ServiceContext): Promise<void> {
  const now = new Date(ctx.now());
  const oldSessions = ctx.db.select({ id: sessions.id }).from(sessions).where(lt(sessions.expiresAt, now)).limit(MAX_AT_ONCE);
  const oldLinks = ctx.db.select({ id: verifications.id }).from(verifications).where(lt(verifications.expiresAt, now)).limit(MAX_AT_ONCE);
  await ctx.db.batch([
    ctx.db.delete(sessions).where(inArray(sessions.id, oldSessions)),
    ctx.db.delete(verifications).where(inArray(verifications.id, oldLinks)),
  ]);
}
