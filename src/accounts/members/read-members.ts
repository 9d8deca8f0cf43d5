import { and, asc, eq, gt } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";

const { members, users } = tables;

const columns = {
  id: members.id,
  userId: members.userId,
  name: users.name,
  email: users.email,
  role: members.role,
  createdAt: members.createdAt,
  updatedAt: members.updatedAt,
};

export type Member = Awaited<ReturnType<typeof loadMember>>;

export async function listMembers(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<Member>> {
  assertCan(ctx, "read");
  const after = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select(columns)
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.workspaceId, ctx.workspaceId), after ? gt(members.id, String(after[0])) : undefined))
    .orderBy(asc(members.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => [row.id]);
}

export async function loadMember(ctx: WorkspaceContext, id: string) {
  const row = await ctx.db
    .select(columns)
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.workspaceId, ctx.workspaceId), eq(members.id, id)))
    .get();
  if (row === undefined) throw new NotFoundError("The member");
  return row;
}
