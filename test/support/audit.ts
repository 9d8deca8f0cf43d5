import { env } from "cloudflare:test";

export interface AuditRow {
  action: string;
  actor_kind: string;
  actor_id: string;
  target_id: string;
  details: string | null;
  ip: string | null;
  correlation_id: string | null;
}

/** The audit rows about one thing, the oldest first. */
export async function auditOf(targetId: string): Promise<AuditRow[]> {
  const { results } = await env.DB.prepare("SELECT * FROM audit_log WHERE target_id = ?1 ORDER BY id").bind(targetId).all<AuditRow>();
  return results;
}

export async function actionsOn(targetId: string): Promise<string[]> {
  return (await auditOf(targetId)).map(({ action }) => action);
}
