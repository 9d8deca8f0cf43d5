import { and, eq, isNull } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { assertPerson } from "../assert-person";
import { inWorkspace } from "./in-workspace";
import { getWorkspace, type MyWorkspace } from "./read-workspaces";

const { users, workspaces } = tables;

export async function renameWorkspace(ctx: ServiceContext, input: { id: string; name: string }): Promise<MyWorkspace> {
  const acting = await inWorkspace(ctx, input.id);
  assertCan(acting, "manage");
  await acting.db.batch([
    acting.db
      .update(workspaces)
      .set({ name: input.name, updatedAt: ctx.now() })
      .where(and(eq(workspaces.id, input.id), isNull(workspaces.deletedAt))),
    auditIfChanged(acting, {
      workspaceId: input.id,
      action: "workspace.renamed",
      targetKind: "workspace",
      targetId: input.id,
      details: { name: input.name },
    }),
  ]);
  return getWorkspace(ctx, input.id);
}

/** From then on it looks as if it had never been, to people and to keys; what it holds is kept, so that it can be put right. */
export async function deleteWorkspace(ctx: ServiceContext, id: string): Promise<void> {
  const acting = await inWorkspace(ctx, id);
  assertCan(acting, "manage");
  const [deleted] = await acting.db.batch([
    acting.db
      .update(workspaces)
      .set({ deletedAt: ctx.now(), updatedAt: ctx.now() })
      .where(and(eq(workspaces.id, id), isNull(workspaces.deletedAt)))
      .returning({ id: workspaces.id }),
    auditIfChanged(acting, { workspaceId: id, action: "workspace.deleted", targetKind: "workspace", targetId: id }),
  ]);
  if (deleted.length === 0) throw new NotFoundError("The workspace");
}

/** A choice, not a change of anything shared: it leaves no audit row. */
export async function activateWorkspace(ctx: ServiceContext, id: string): Promise<MyWorkspace> {
  assertPerson(ctx);
  const workspace = await getWorkspace(ctx, id);
  await ctx.db.update(users).set({ activeWorkspaceId: id }).where(eq(users.id, ctx.actor.userId));
  return workspace;
}
