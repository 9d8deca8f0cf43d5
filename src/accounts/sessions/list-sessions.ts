import { and, desc, eq, gt } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";
import { sessionLimits } from "../settings";

const { sessions } = tables;
const MAX_SHOWN = 200;

/** A person's sessions that are still good, the newest first. */
export async function listSessions(ctx: ServiceContext) {
  assertPerson(ctx);
  const { idleMs } = sessionLimits(ctx.env);
  const rows = await ctx.db
    .select({
      id: sessions.id,
      ip: sessions.ipAddress,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, ctx.actor.userId),
        gt(sessions.expiresAt, new Date(ctx.now())),
        gt(sessions.lastUsedAt, new Date(ctx.now() - idleMs)),
      ),
    )
    .orderBy(desc(sessions.id))
    .limit(MAX_SHOWN);
  const { sessionId } = ctx.actor;
  return rows.map((row) => ({ ...row, current: row.id === sessionId }));
}
