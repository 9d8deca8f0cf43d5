// Reading the audit trail. Each call looks at a bounded number of rows, whatever is asked for: a page may then be short or even
// empty while there is more, and `nextCursor` goes on from where the looking ended.
import { and, desc, eq, gte, lt, or, type SQLWrapper, sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../../shared/context";
import { idFloor } from "../../shared/ids";
import { decodeCursor, encodeCursor, type Page } from "../../shared/lists";
import { tables } from "../../store";

const { auditLog } = tables;
const MAX_LOOKED_AT = 5_000;

export interface AuditQuery {
  limit: number;
  cursor?: string;
  /** Exactly, or every action of a noun with `form.*`. */
  action?: string;
  actorId?: string;
  targetId?: string;
  from?: number;
  until?: number;
  /** Part of the action, an id, or the details. */
  text?: string;
}

export type AuditRow = typeof auditLog.$inferSelect;

export async function listAudit(ctx: ServiceContext, query: AuditQuery): Promise<Page<AuditRow>> {
  assertCan(ctx, "manage");
  const before = decodeCursor(query.cursor, 1);
  const sifts = query.action !== undefined || query.actorId !== undefined || query.text !== undefined;
  const lookAt = sifts ? MAX_LOOKED_AT : query.limit + 1;
  // Ids sort by time, so the index on them serves the time range as well.
  const looked = ctx.db
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.workspaceId, ctx.workspaceId),
        before ? lt(auditLog.id, String(before[0])) : undefined,
        query.from === undefined ? undefined : gte(auditLog.id, idFloor("audit", query.from)),
        query.until === undefined ? undefined : lt(auditLog.id, idFloor("audit", query.until)),
        query.targetId === undefined ? undefined : eq(auditLog.targetId, query.targetId),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(lookAt)
    .as("looked");
  const [rows, [end]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(looked)
      .where(and(...filters(looked, query)))
      .orderBy(desc(looked.id))
      .limit(query.limit + 1),
    ctx.db.select({ n: sql<number>`count(*)`, last: sql<string | null>`min(${looked.id})` }).from(looked),
  ]);
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  if (rows.length > query.limit && last !== undefined) return { items, nextCursor: encodeCursor([last.id]) };
  const more = end !== undefined && end.n >= lookAt && end.last !== null;
  return { items, nextCursor: more && end.last !== null ? encodeCursor([end.last]) : null };
}

type Looked = Record<"action" | "actorId" | "targetId" | "details", SQLWrapper>;

function filters(looked: Looked, { action, actorId, text }: AuditQuery) {
  const everywhere = [looked.action, looked.actorId, looked.targetId, looked.details];
  return [
    action === undefined ? undefined : isAction(looked.action, action),
    actorId === undefined ? undefined : sql`${looked.actorId} = ${actorId}`,
    text === undefined ? undefined : or(...everywhere.map((column) => sql`${column} LIKE ${`%${escaped(text)}%`} ESCAPE '\\'`)),
  ];
}

function isAction(column: SQLWrapper, action: string) {
  return action.endsWith(".*") ? sql`${column} LIKE ${`${escaped(action.slice(0, -1))}%`} ESCAPE '\\'` : sql`${column} = ${action}`;
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
