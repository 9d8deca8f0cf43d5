// What happened to a person's own account: signing in, passwords, linked accounts. No workspace sees it.
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { ServiceContext } from "../../shared/context";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { assertPerson } from "../assert-person";
import type { AuditRow } from "./list-audit";

const { auditLog } = tables;

export async function listOwnActivity(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<AuditRow>> {
  assertPerson(ctx);
  const before = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(
      and(isNull(auditLog.workspaceId), eq(auditLog.actorId, ctx.actor.userId), before ? lt(auditLog.id, String(before[0])) : undefined),
    )
    .orderBy(desc(auditLog.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => [row.id]);
}
