// Roles and departures. A workspace is never left without an admin: the condition stands in the statement itself, so that two
// admins who step down in the same moment cannot both succeed.
import { and, eq, or, sql } from "drizzle-orm";
import { assertCan, type Role, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { ConflictError } from "../../shared/errors";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { inWorkspace } from "../workspaces/in-workspace";
import { loadMember, type Member } from "./read-members";

const { members } = tables;

export async function changeRole(ctx: ServiceContext, input: { id: string; role: Role }): Promise<Member> {
  assertCan(ctx, "manage");
  const before = await loadMember(ctx, input.id);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(members)
      .set({ role: input.role, updatedAt: ctx.now() })
      .where(and(thisMember(ctx, input.id), input.role === "admin" ? undefined : spareable(ctx, input.id)))
      .returning({ id: members.id }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "member.role_changed",
      targetKind: "user",
      targetId: before.userId,
      details: { from: before.role, to: input.role },
    }),
  ]);
  if (changed.length === 0) throw lastAdmin();
  return loadMember(ctx, input.id);
}

export async function removeMember(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "manage");
  await dismiss(ctx, await loadMember(ctx, id), "member.removed");
}

export async function leaveWorkspace(ctx: ServiceContext, workspaceId: string): Promise<void> {
  const acting = await inWorkspace(ctx, workspaceId);
  assertCan(acting, "read");
  const own = await acting.db
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), eq(members.userId, "userId" in acting.actor ? acting.actor.userId : "")))
    .get();
  await dismiss(acting, await loadMember(acting, own?.id ?? ""), "member.left");
}

async function dismiss(ctx: WorkspaceContext, member: Member, action: string): Promise<void> {
  const [removed] = await ctx.db.batch([
    ctx.db
      .delete(members)
      .where(and(thisMember(ctx, member.id), spareable(ctx, member.id)))
      .returning({ id: members.id }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action,
      targetKind: "user",
      targetId: member.userId,
      details: { role: member.role },
    }),
  ]);
  if (removed.length === 0) throw lastAdmin();
}

function thisMember(ctx: WorkspaceContext, id: string) {
  return and(eq(members.workspaceId, ctx.workspaceId), eq(members.id, id));
}

function spareable(ctx: WorkspaceContext, id: string) {
  return or(
    sql`${members.role} <> 'admin'`,
    sql`EXISTS (SELECT 1 FROM members AS other WHERE other.workspace_id = ${ctx.workspaceId} AND other.role = 'admin' AND other.id <> ${id})`,
  );
}

function lastAdmin(): ConflictError {
  return new ConflictError("A workspace needs an admin: make somebody else one first.", "last_admin");
}
