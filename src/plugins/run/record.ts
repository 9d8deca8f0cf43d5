// What became of a run, and what follows for the plugin: a success forgives, a row of failures pauses it and tells its admins.
import { and, eq, sql } from "drizzle-orm";
import { prepareMail } from "../../mail";
import type { WorkspaceContext } from "../../shared/context";
import { counter, histogram } from "../../shared/metrics";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { adminsOf } from "../admins";
import type { PluginRow } from "../internal";
import type { LogLine, RawOutcome } from "../isolate/protocol";
import { MAX_FAILURES } from "../limits";
import { bumpForms, noteFormsBumped } from "../validators-cache";
import type { Claimed } from "./deliver";

const { plugins, pluginRuns } = tables;

const runs = counter("headwater_plugin_runs_total", "Runs of plugins.", ["mode", "event", "outcome"]);
const durations = histogram("headwater_plugin_run_duration_seconds", "How long runs of plugins took, waiting included.", ["mode"]);
const paused = counter("headwater_plugins_paused_total", "Plugins paused after failing again and again.");

export async function recordRun(ctx: WorkspaceContext, plugin: PluginRow, run: Claimed, raw: RawOutcome): Promise<void> {
  const now = ctx.now();
  const [finished] = await ctx.db.batch([
    ctx.db
      .update(pluginRuns)
      .set({ ...outcomeColumns(raw, plugin.version), status: "done", claim: null, finishedAt: now })
      .where(and(eq(pluginRuns.id, run.id), eq(pluginRuns.claim, run.claim)))
      .returning({ id: pluginRuns.id }),
    countDay(ctx, plugin.id, raw),
  ]);
  countRun(plugin, run.eventType, raw);
  if (finished.length > 0) await noteHealth(ctx, plugin, raw);
}

export function outcomeColumns(raw: RawOutcome, version: number) {
  return { outcome: raw.outcome, version, durationMs: Math.round(raw.durationMs), logs: logsOf(raw), error: raw.error };
}

function logsOf(raw: RawOutcome): Record<string, unknown>[] {
  const lines: LogLine[] = [...raw.logs];
  if (raw.dropped > 0) lines.push({ level: "warn", text: `${raw.dropped} more lines were thrown away.`, at_ms: lines.at(-1)?.at_ms ?? 0 });
  return lines as unknown as Record<string, unknown>[];
}

export function countRun(plugin: Pick<PluginRow, "mode">, event: string, raw: RawOutcome): void {
  runs.add(1, plugin.mode, event, raw.outcome);
  durations.observe(raw.durationMs / 1_000, plugin.mode);
}

function countDay(ctx: WorkspaceContext, pluginId: string, raw: RawOutcome) {
  const day = new Date(ctx.now()).toISOString().slice(0, 10);
  const [ok, failed] = raw.outcome === "ok" ? [1, 0] : [0, 1];
  return ctx.db.run(sql`
    INSERT INTO plugin_days (plugin_id, day, workspace_id, ok, failed) VALUES (${pluginId}, ${day}, ${ctx.workspaceId}, ${ok}, ${failed})
    ON CONFLICT (plugin_id, day) DO UPDATE SET ok = ok + excluded.ok, failed = failed + excluded.failed`);
}

/** Failures are counted in the row, so that runs side by side and in other places count together. */
export async function noteHealth(ctx: WorkspaceContext, plugin: PluginRow, raw: RawOutcome): Promise<void> {
  const mine = and(eq(plugins.workspaceId, ctx.workspaceId), eq(plugins.id, plugin.id), eq(plugins.version, plugin.version));
  if (raw.outcome === "ok") {
    if (plugin.failures > 0) await ctx.db.update(plugins).set({ failures: 0 }).where(mine);
    return;
  }
  const [counted] = await ctx.db
    .update(plugins)
    .set({ failures: sql`${plugins.failures} + 1` })
    .where(mine)
    .returning();
  if (counted !== undefined && counted.failures >= MAX_FAILURES && counted.status === "enabled") await pause(ctx, counted, raw);
}

async function pause(ctx: WorkspaceContext, plugin: PluginRow, raw: RawOutcome): Promise<void> {
  const reason = `${MAX_FAILURES} runs failed one after another. The last: ${raw.error ?? raw.outcome}`.slice(0, 500);
  const letters = await Promise.all(
    (await adminsOf(ctx)).map((to) =>
      prepareMail(ctx, {
        to,
        workspaceId: ctx.workspaceId,
        template: "plugin-paused",
        data: {
          plugin: plugin.name,
          pluginId: plugin.id,
          failures: MAX_FAILURES,
          lastError: raw.error ?? raw.outcome,
          url: ctx.env.PUBLIC_URL,
        },
      }),
    ),
  );
  // Whoever changes the row writes the letters; another run that failed beside this one finds it paused.
  const bump = bumpForms(ctx, plugin);
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(plugins)
      .set({ status: "paused", statusReason: reason, nextRunAt: null, revision: sql`${plugins.revision} + 1`, updatedAt: ctx.now() })
      .where(
        and(
          eq(plugins.workspaceId, ctx.workspaceId),
          eq(plugins.id, plugin.id),
          eq(plugins.status, "enabled"),
          eq(plugins.revision, plugin.revision),
        ),
      )
      .returning({ id: plugins.id }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "plugin.paused",
      targetKind: "plugin",
      targetId: plugin.id,
      details: { reason },
    }),
    ...(bump === null ? [] : [bump]),
  ]);
  if (changed.length === 0) return;
  paused.add(1);
  await noteFormsBumped(ctx, plugin);
  for (const letter of letters) {
    await letter.statement;
    await letter.wake();
  }
}
