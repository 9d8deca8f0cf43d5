// What runs by the clock: runs whose message was lost, plugins whose minute has come, rows that have had their time.
import { and, eq, sql } from "drizzle-orm";
import { asSystem, type ServiceContext } from "../../shared/context";
import { idFloor, newId } from "../../shared/ids";
import { tables } from "../../store";
import { KEEP_RUNS_MS, MAX_RUNS_KEPT } from "../limits";
import { nextAfter } from "../schedule";
import { addRuns, wakeRuns } from "./rows";

const { plugins } = tables;
const OVERDUE_MS = 60_000;
const MAX_WOKEN = 500;
const MAX_SCHEDULED = 200;
const MAX_FORGOTTEN = 5_000;
const KEEP_DAYS_MS = 400 * 86_400_000;
const PLUGINS_AT_ONCE = 200;
const MAX_PAGES = 50;

export const OVERDUE_RUNS = `SELECT id, correlation_id FROM plugin_runs WHERE status IN ('queued', 'running') AND due_at < ?1 ORDER BY due_at LIMIT ${MAX_WOKEN}`;
export const DUE_PLUGINS = `SELECT id, workspace_id, form_id, schedule, next_run_at FROM plugins
  WHERE next_run_at IS NOT NULL AND status = 'enabled' AND next_run_at <= ?1 ORDER BY next_run_at LIMIT ${MAX_SCHEDULED}`;
export const FORGET_RUNS = `DELETE FROM plugin_runs WHERE id IN (SELECT id FROM plugin_runs WHERE id < ?1 ORDER BY id LIMIT ${MAX_FORGOTTEN})`;

export async function wakeOverdueRuns(ctx: ServiceContext): Promise<number> {
  const { results } = await ctx.env.DB.prepare(OVERDUE_RUNS)
    .bind(ctx.now() - OVERDUE_MS)
    .all<{ id: string; correlation_id: string }>();
  await wakeRuns(
    ctx,
    results.map(({ id, correlation_id }) => ({ run_id: id, correlation_id })),
  );
  return results.length;
}

interface DuePlugin {
  id: string;
  workspace_id: string;
  form_id: string | null;
  schedule: string | null;
  next_run_at: number;
}

/**
 * Runs the schedules whose minute has come. The row first, under an id made from the minute, then the clock moves on: whoever
 * dies in between is followed by somebody who makes the same row again. Minutes that were slept through are run once, not each.
 */
export async function runSchedules(ctx: ServiceContext): Promise<number> {
  const now = ctx.now();
  const { results } = await ctx.env.DB.prepare(DUE_PLUGINS).bind(now).all<DuePlugin>();
  for (const plugin of results) {
    const own = asSystem({ ...ctx, correlationId: newId("request", now) }, plugin.workspace_id);
    const scheduledAt = plugin.next_run_at;
    const data = { scheduled_at: new Date(scheduledAt).toISOString() };
    const event = { eventId: `${idFloor("event", scheduledAt)}${plugin.id.slice(-20)}`, eventType: "schedule", occurredAt: scheduledAt };
    await addRuns(own, [{ ...event, pluginId: plugin.id, formId: plugin.form_id, shard: null, seq: null, data }]);
    await own.db
      .update(plugins)
      .set({ nextRunAt: plugin.schedule === null ? null : nextAfter(plugin.schedule, now) })
      .where(and(eq(plugins.workspaceId, plugin.workspace_id), eq(plugins.id, plugin.id), eq(plugins.nextRunAt, scheduledAt)));
  }
  return results.length;
}

export const OVERFULL = `SELECT p.id, (SELECT r.id FROM plugin_runs r WHERE r.plugin_id = p.id ORDER BY r.id DESC LIMIT 1 OFFSET ${MAX_RUNS_KEPT}) AS edge
  FROM plugins p WHERE p.id > ?1 ORDER BY p.id LIMIT ${PLUGINS_AT_ONCE}`;
export const FORGET_OVERFULL = `DELETE FROM plugin_runs WHERE id IN
  (SELECT id FROM plugin_runs WHERE plugin_id = ?1 AND id <= ?2 AND status = 'done' ORDER BY id LIMIT ${MAX_FORGOTTEN})`;

/** A busy plugin keeps its newest runs alone, however young the others are. */
async function forgetOverfull(ctx: ServiceContext): Promise<void> {
  let after = "";
  for (let page = 0; page < MAX_PAGES; page++) {
    const { results } = await ctx.env.DB.prepare(OVERFULL).bind(after).all<{ id: string; edge: string | null }>();
    for (const { id, edge } of results) if (edge !== null) await ctx.env.DB.prepare(FORGET_OVERFULL).bind(id, edge).run();
    if (results.length < PLUGINS_AT_ONCE) return;
    after = results.at(-1)?.id ?? after;
  }
}

/** Bounded: what is left over goes the next night. Ids begin with their time, so the primary key finds the old ones. */
export async function forgetOldRuns(ctx: ServiceContext): Promise<void> {
  const now = ctx.now();
  await ctx.env.DB.prepare(FORGET_RUNS)
    .bind(idFloor("run", now - KEEP_RUNS_MS))
    .run();
  await forgetOverfull(ctx);
  await ctx.db.run(sql`DELETE FROM plugin_days WHERE day < ${new Date(now - KEEP_DAYS_MS).toISOString().slice(0, 10)}`);
}
