// For routes that name a workspace in their path: the same context, acting there.
import { and, eq, isNull } from "drizzle-orm";
import type { ServiceContext, WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";

const { members, workspaces } = tables;

export async function inWorkspace(ctx: ServiceContext, workspaceId: string): Promise<WorkspaceContext> {
  assertPerson(ctx);
  const { userId, email, sessionId } = ctx.actor;
  const row = await ctx.db
    .select({ role: members.role })
    .from(members)
    .innerJoin(workspaces, and(eq(workspaces.id, members.workspaceId), isNull(workspaces.deletedAt)))
    .where(and(eq(members.workspaceId, workspaceId), eq(members.userId, userId)))
    .get();
  if (row === undefined) throw new NotFoundError("The workspace");
  return { ...ctx, workspaceId, actor: { kind: "member", userId, email, sessionId, workspaceId, role: row.role } };
}
