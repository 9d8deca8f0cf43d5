import { and, asc, eq, isNull } from "drizzle-orm";
import type { Role, ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";

const { members, workspaces } = tables;
const MAX_SHOWN = 1_000;

export interface MyWorkspace {
  id: string;
  name: string;
  role: Role;
  createdAt: number;
  updatedAt: number;
}

/** The workspaces a person belongs to, the oldest membership first. */
export async function listMyWorkspaces(ctx: ServiceContext): Promise<MyWorkspace[]> {
  assertPerson(ctx);
  return ctx.db
    .select({
      id: workspaces.id,
      name: workspaces.name,
      role: members.role,
      createdAt: workspaces.createdAt,
      updatedAt: workspaces.updatedAt,
    })
    .from(members)
    .innerJoin(workspaces, and(eq(workspaces.id, members.workspaceId), isNull(workspaces.deletedAt)))
    .where(eq(members.userId, ctx.actor.userId))
    .orderBy(asc(members.id))
    .limit(MAX_SHOWN);
}

export async function getWorkspace(ctx: ServiceContext, id: string): Promise<MyWorkspace> {
  const found = (await listMyWorkspaces(ctx)).find((workspace) => workspace.id === id);
  if (found === undefined) throw new NotFoundError("The workspace");
  return found;
}
