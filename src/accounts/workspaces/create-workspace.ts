import { and, eq, isNull, sql } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { ConflictError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { assertPerson } from "../assert-person";

const { members, workspaces } = tables;
/** Bounds every query over a person's memberships, and what one account can be used to litter. */
const MAX_WORKSPACES = 50;

export async function createWorkspace(ctx: ServiceContext, input: { name: string }): Promise<string> {
  assertPerson(ctx);
  const { userId } = ctx.actor;
  const held = await ctx.db
    .select({ n: sql<number>`count(*)` })
    .from(members)
    .innerJoin(workspaces, and(eq(workspaces.id, members.workspaceId), isNull(workspaces.deletedAt)))
    .where(eq(members.userId, userId))
    .get();
  if ((held?.n ?? 0) >= MAX_WORKSPACES) throw new ConflictError(`You belong to ${MAX_WORKSPACES} workspaces already.`, "too_many");
  return insertWorkspace(ctx, userId, input.name);
}

/** The workspace and its first admin, in one batch: there is none without. */
export async function insertWorkspace(ctx: ServiceContext, userId: string, name: string): Promise<string> {
  const now = ctx.now();
  const id = newId("workspace", now);
  await ctx.db.batch([
    ctx.db.insert(workspaces).values({ id, name, createdAt: now, updatedAt: now }),
    auditIfChanged(ctx, { workspaceId: id, action: "workspace.created", targetKind: "workspace", targetId: id, details: { name } }),
    ctx.db.insert(members).values({ workspaceId: id, userId, id: newId("member", now), role: "admin", createdAt: now, updatedAt: now }),
    auditIfChanged(ctx, { workspaceId: id, action: "member.added", targetKind: "user", targetId: userId, details: { role: "admin" } }),
  ]);
  return id;
}
