// Who gets no more reports, and why. Letters about an account are another matter: those still come.
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";

const { mailSuppressions } = tables;

/** Every schedule of the workspace. */
export const EVERYTHING = "*";
export type Suppression = typeof mailSuppressions.$inferSelect;

/** Addresses in small letters. */
export async function suppressedFor(ctx: WorkspaceContext, scheduleId: string): Promise<ReadonlyMap<string, Suppression>> {
  const rows = await ctx.db
    .select()
    .from(mailSuppressions)
    .where(and(eq(mailSuppressions.workspaceId, ctx.workspaceId), inArray(mailSuppressions.scope, [scheduleId, EVERYTHING])));
  return new Map(rows.map((row) => [row.address, row]));
}

export function isSuppressed(suppressed: ReadonlyMap<string, Suppression>, address: string): boolean {
  return suppressed.has(address.toLowerCase());
}

export async function listSuppressions(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<Suppression>> {
  assertCan(ctx, "read");
  const after = decodeCursor(input.cursor, 2);
  const rows = await ctx.db
    .select()
    .from(mailSuppressions)
    .where(
      and(
        eq(mailSuppressions.workspaceId, ctx.workspaceId),
        after === null
          ? undefined
          : sql`(${mailSuppressions.address}, ${mailSuppressions.scope}) > (${String(after[0])}, ${String(after[1])})`,
      ),
    )
    .orderBy(asc(mailSuppressions.address), asc(mailSuppressions.scope))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ address, scope }) => [address, scope]);
}

export async function addSuppression(ctx: ServiceContext, input: { address: string; scheduleId?: string }): Promise<Suppression> {
  assertCan(ctx, "write");
  const row = rowOf(ctx, input.address, input.scheduleId ?? EVERYTHING, "manual", null);
  await ctx.db.batch([insertSuppression(ctx, row), audit(ctx, "mail.suppressed", row.address)]);
  return row;
}

/** Wanted again: everything that kept mail from this address goes. */
export async function removeSuppression(ctx: ServiceContext, address: string): Promise<void> {
  assertCan(ctx, "write");
  const folded = address.toLowerCase();
  const [removed] = await ctx.db.batch([
    ctx.db
      .delete(mailSuppressions)
      .where(and(eq(mailSuppressions.workspaceId, ctx.workspaceId), eq(mailSuppressions.address, folded)))
      .returning({ address: mailSuppressions.address }),
    audit(ctx, "mail.unsuppressed", folded),
  ]);
  if (removed.length === 0) throw new NotFoundError("The address");
}

export function insertSuppression(ctx: ServiceContext, row: Suppression) {
  return ctx.db.insert(mailSuppressions).values(row).onConflictDoNothing();
}

export function rowOf(
  ctx: WorkspaceContext,
  address: string,
  scope: string,
  reason: Suppression["reason"],
  detail: string | null,
): Suppression {
  return { workspaceId: ctx.workspaceId, address: address.toLowerCase(), scope, reason, detail, createdAt: ctx.now() };
}

function audit(ctx: WorkspaceContext, action: string, address: string) {
  return auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action, targetKind: "address", targetId: address });
}
