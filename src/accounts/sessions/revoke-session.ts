import { and, eq, ne } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";
import { endSessions } from "./end-sessions";

const { sessions } = tables;

export async function revokeSession(ctx: ServiceContext, sessionId: string): Promise<void> {
  assertPerson(ctx);
  const mine = and(eq(sessions.id, sessionId), eq(sessions.userId, ctx.actor.userId));
  const [, ended] = await ctx.db.batch(endSessions(ctx, "revoked", mine));
  if (ended.length === 0) throw new NotFoundError("The session");
}

export async function revokeOtherSessions(ctx: ServiceContext): Promise<number> {
  assertPerson(ctx);
  const { userId, sessionId } = ctx.actor;
  const others = and(eq(sessions.userId, userId), ne(sessions.id, sessionId));
  const [, ended] = await ctx.db.batch(endSessions(ctx, "revoked", others));
  return ended.length;
}

export async function signOut(ctx: ServiceContext): Promise<void> {
  assertPerson(ctx);
  await ctx.db.batch(endSessions(ctx, "signed_out", eq(sessions.id, ctx.actor.sessionId)));
}
