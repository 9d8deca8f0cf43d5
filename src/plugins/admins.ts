import { and, eq } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { tables } from "../store";

const { members, users } = tables;
const MAX_ADMINS = 20;

/** Who is told when something of the workspace has come to a stop. */
export async function adminsOf(ctx: WorkspaceContext): Promise<string[]> {
  const rows = await ctx.db
    .select({ email: users.email })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.workspaceId, ctx.workspaceId), eq(members.role, "admin")))
    .limit(MAX_ADMINS);
  return rows.map(({ email }) => email);
}
