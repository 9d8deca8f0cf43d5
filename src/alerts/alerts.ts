// Alerts: what somebody ought to look at. Whoever finds something raises it under a key; while one of that key is open it is raised
// again instead of another being opened. Who is told, and how, is for rules that read these rows.
import { and, desc, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { idFloor, newId } from "../shared/ids";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { counter } from "../shared/metrics";
import { tables } from "../store";
import { auditActor, auditIfChanged } from "../store/audit";

const { alerts } = tables;

export const SEVERITIES = ["low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Alert = typeof alerts.$inferSelect;

export interface NewAlert {
  /** Who raises it: `anomaly`. */
  source: string;
  /** Two of the same key are the same matter. */
  key: string;
  formId: string | null;
  severity: Severity;
  title: string;
  details: Record<string, unknown>;
}

/** What those who find something are given. */
export interface AlertPort {
  raise(alert: NewAlert): Promise<"opened" | "raised_again">;
  /** The matter is over; does nothing when none is open. */
  over(key: string): Promise<void>;
}

const raised = counter("headwater_alerts_total", "Alerts opened and raised again.", ["source", "outcome"]);
const OVER = "over";

export function alertPort(ctx: WorkspaceContext): AlertPort {
  return { raise: (alert) => raiseAlert(ctx, alert), over: (key) => closeByKey(ctx, key) };
}

async function raiseAlert(ctx: WorkspaceContext, alert: NewAlert): Promise<"opened" | "raised_again"> {
  const now = ctx.now();
  const id = newId("alert", now);
  const rows = await ctx.db.all<{ id: string }>(sql`
    INSERT INTO alerts (id, workspace_id, form_id, source, key, severity, title, details, opened_at, last_raised_at)
    VALUES (${id}, ${ctx.workspaceId}, ${alert.formId}, ${alert.source}, ${alert.key}, ${alert.severity}, ${alert.title},
      ${JSON.stringify(alert.details)}, ${now}, ${now})
    ON CONFLICT (workspace_id, key) WHERE closed_at IS NULL DO UPDATE SET times = times + 1, last_raised_at = excluded.last_raised_at,
      title = excluded.title, details = excluded.details,
      severity = CASE WHEN severity = 'high' OR excluded.severity = 'high' THEN 'high'
        WHEN severity = 'medium' OR excluded.severity = 'medium' THEN 'medium' ELSE 'low' END
    RETURNING id`);
  const outcome = rows[0]?.id === id ? "opened" : "raised_again";
  raised.add(1, alert.source, outcome);
  return outcome;
}

async function closeByKey(ctx: WorkspaceContext, key: string): Promise<void> {
  await ctx.db
    .update(alerts)
    .set({ closedAt: ctx.now(), closedBy: OVER })
    .where(and(eq(alerts.workspaceId, ctx.workspaceId), eq(alerts.key, key), isNull(alerts.closedAt)));
}

const CLOSED_KEPT_MS = 400 * 86_400_000;
const MAX_FORGOTTEN = 5_000;

/** The nightly task: what was closed more than a year ago. */
export async function forgetOldAlerts(ctx: ServiceContext): Promise<void> {
  await ctx.db.run(sql`DELETE FROM alerts WHERE id IN
    (SELECT id FROM alerts WHERE id < ${idFloor("alert", ctx.now() - CLOSED_KEPT_MS)} AND closed_at IS NOT NULL ORDER BY id LIMIT ${MAX_FORGOTTEN})`);
}

export interface ListAlerts {
  state?: "open" | "closed";
  formId?: string;
  limit: number;
  cursor?: string;
}

/** Newest first. */
export async function listAlerts(ctx: ServiceContext, input: ListAlerts): Promise<Page<Alert>> {
  assertCan(ctx, "read");
  const before = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select()
    .from(alerts)
    .where(
      and(
        eq(alerts.workspaceId, ctx.workspaceId),
        input.formId === undefined ? undefined : eq(alerts.formId, input.formId),
        input.state === "open" ? isNull(alerts.closedAt) : input.state === "closed" ? isNotNull(alerts.closedAt) : undefined,
        before ? lt(alerts.id, String(before[0])) : undefined,
      ),
    )
    .orderBy(desc(alerts.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => [row.id]);
}

/** Closed already: stays as it is. */
export async function closeAlert(ctx: ServiceContext, id: string): Promise<Alert> {
  assertCan(ctx, "write");
  const mine = and(eq(alerts.workspaceId, ctx.workspaceId), eq(alerts.id, id));
  const [closed] = await ctx.db.batch([
    ctx.db
      .update(alerts)
      .set({ closedAt: ctx.now(), closedBy: auditActor(ctx).id })
      .where(and(mine, isNull(alerts.closedAt)))
      .returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "alert.closed", targetKind: "alert", targetId: id }),
  ]);
  const row = closed[0] ?? (await ctx.db.select().from(alerts).where(mine).get());
  if (row === undefined) throw new NotFoundError("The alert");
  return row;
}
