// Who a session cookie speaks for, and in which workspace, in one read.
import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Actor, ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { describeError } from "../../shared/log";
import { tables } from "../../store";
import { SESSION_TOUCH_MS, sessionLimits } from "../settings";

const { members, sessions, users, workspaces } = tables;

/**
 * Null when the session is unknown, revoked or over: a browser sends stale cookies to public pages too, which is no error.
 * `wanted` is the workspace asked for by name; not belonging to it looks the same as its not existing.
 */
export async function identifySession(ctx: ServiceContext, token: string, wanted: string | null): Promise<Actor | null> {
  const now = ctx.now();
  const { idleMs, absoluteMs } = sessionLimits(ctx.env);
  const row = await ctx.db
    .select({
      sessionId: sessions.id,
      userId: users.id,
      email: users.email,
      lastUsedAt: sessions.lastUsedAt,
      workspaceId: workspaces.id,
      role: members.role,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(members, eq(members.userId, users.id))
    .leftJoin(workspaces, and(eq(workspaces.id, members.workspaceId), isNull(workspaces.deletedAt)))
    .where(
      and(
        eq(sessions.token, token),
        gt(sessions.expiresAt, new Date(now)),
        // Again by the date of signing in, so that a shorter limit holds for sessions that began under a longer one.
        gt(sessions.createdAt, new Date(now - absoluteMs)),
        gt(sessions.lastUsedAt, new Date(now - idleMs)),
      ),
    )
    .orderBy(
      desc(sql`coalesce(${workspaces.id} = ${wanted}, 0)`),
      desc(sql`coalesce(${workspaces.id} = ${users.activeWorkspaceId}, 0)`),
      desc(sql`${workspaces.id} IS NOT NULL`),
      members.id,
    )
    .limit(1)
    .get();
  if (row === undefined) return null;
  touchSession(ctx, row.sessionId, row.lastUsedAt.getTime());
  const { userId, email, sessionId } = row;
  if (wanted !== null && row.workspaceId !== wanted) throw new NotFoundError("The workspace");
  if (row.workspaceId === null || row.role === null) return { kind: "person", userId, email, sessionId };
  return { kind: "member", userId, email, sessionId, workspaceId: row.workspaceId, role: row.role };
}

function touchSession(ctx: ServiceContext, sessionId: string, lastUsedAt: number): void {
  const now = ctx.now();
  if (now - lastUsedAt < SESSION_TOUCH_MS) return;
  const touched = ctx.db
    .update(sessions)
    .set({ lastUsedAt: new Date(now) })
    .where(eq(sessions.id, sessionId));
  ctx.defer(touched.catch((error: unknown) => ctx.log.warn("use of a session was not written down", describeError(error))));
}
