// The audit row of a change, as a statement for the same batch as the change: either both are there, or neither.
import { sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { newId } from "../shared/ids";
import type { SettledAudit } from "./primary";

export interface AuditEntry {
  workspaceId: string | null;
  /** `<noun>.<what happened>`: `form.published`. */
  action: string;
  targetKind: string;
  targetId: string;
  /** What changed, without secrets and without answers of respondents. */
  details?: Record<string, unknown>;
}

/**
 * Put this directly after the statement it speaks of: it writes nothing when that statement changed no row, so that an
 * UPDATE whose condition failed leaves no trace of something that did not happen.
 */
export function auditIfChanged(ctx: ServiceContext, entry: AuditEntry) {
  const { kind, id } = auditActor(ctx);
  const details = entry.details === undefined ? null : JSON.stringify(entry.details);
  return ctx.db.run(sql`
    INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, target_kind, target_id, details, ip, user_agent, correlation_id, at)
    SELECT ${newId("audit", ctx.now())}, ${entry.workspaceId}, ${kind}, ${id}, ${entry.action}, ${entry.targetKind}, ${entry.targetId},
           ${details}, ${ctx.client.ip}, ${ctx.client.userAgent}, ${ctx.correlationId}, ${ctx.now()}
    WHERE changes() > 0`);
}

export function auditActor(ctx: ServiceContext): { kind: "user" | "key" | "system"; id: string } {
  const { actor } = ctx;
  switch (actor.kind) {
    case "person":
    case "member":
      return { kind: "user", id: actor.userId };
    case "key":
      return { kind: "key", id: actor.keyId };
    case "operator":
      return { kind: "system", id: "operator" };
    case "system":
    case "anonymous":
      return { kind: "system", id: "headwater" };
  }
}

/** Rows that a settle in another store has handed on, as that in D1 writes them. Told twice, each is still there once. */
export async function writeSettledAudit(db: D1Database, workspaceId: string, rows: readonly SettledAudit[]): Promise<void> {
  await db
    .prepare(
      `INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, target_kind, target_id, details, ip, user_agent, correlation_id, at)
       SELECT e.value ->> 'id', ?1, e.value ->> 'actorKind', e.value ->> 'actorId', e.value ->> 'action', 'response', e.value ->> 'targetId',
         e.value -> 'details', e.value ->> 'ip', e.value ->> 'userAgent', e.value ->> 'correlationId', e.value ->> 'at'
       FROM json_each(?2) e WHERE true ON CONFLICT (id) DO NOTHING`,
    )
    .bind(workspaceId, JSON.stringify(rows))
    .run();
}
