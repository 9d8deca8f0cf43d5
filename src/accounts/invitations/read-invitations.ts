import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";

const { invitations } = tables;
type Row = typeof invitations.$inferSelect;

export type InvitationStatus = "pending" | "accepted" | "revoked" | "expired";
export type Invitation = Omit<Row, "tokenHash" | "status"> & { status: InvitationStatus };

export function toInvitation({ tokenHash: _, ...row }: Row, now: number): Invitation {
  return { ...row, status: row.status === "pending" && row.expiresAt <= now ? "expired" : row.status };
}

export async function listInvitations(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<Invitation>> {
  assertCan(ctx, "manage");
  const before = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select()
    .from(invitations)
    .where(and(eq(invitations.workspaceId, ctx.workspaceId), before ? lt(invitations.id, String(before[0])) : undefined))
    .orderBy(desc(invitations.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => [row.id]);
  return { ...page, items: page.items.map((row) => toInvitation(row, ctx.now())) };
}

export async function loadInvitation(ctx: WorkspaceContext, id: string): Promise<Row> {
  const row = await ctx.db
    .select()
    .from(invitations)
    .where(and(eq(invitations.workspaceId, ctx.workspaceId), eq(invitations.id, id)))
    .get();
  if (row === undefined) throw new NotFoundError("The invitation");
  return row;
}
