import { eq } from "drizzle-orm";
import type { Role, ServiceContext } from "../../shared/context";
import { UnauthenticatedError } from "../../shared/errors";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";

const { users } = tables;

export interface WhoAmI {
  user: { id: string; name: string; email: string; createdAt: Date };
  sessionId: string;
  workspaceId: string | null;
  role: Role | null;
}

export async function whoAmI(ctx: ServiceContext): Promise<WhoAmI> {
  assertPerson(ctx);
  const { actor } = ctx;
  const user = await ctx.db
    .select({ id: users.id, name: users.name, email: users.email, createdAt: users.createdAt })
    .from(users)
    .where(eq(users.id, actor.userId))
    .get();
  if (user === undefined) throw new UnauthenticatedError();
  const place = actor.kind === "member" ? { workspaceId: actor.workspaceId, role: actor.role } : { workspaceId: null, role: null };
  return { user, sessionId: actor.sessionId, ...place };
}
