// One run: claimed, given what it is about, started in its isolate, written down. The claim makes a message that comes twice run
// once; a consumer that dies in between is followed by another, so a run happens at least once.
import { and, eq, inArray, lte } from "drizzle-orm";
import { asSystem, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { randomToken } from "../../shared/crypto";
import { describeError } from "../../shared/log";
import { tables } from "../../store";
import { readContents } from "../../webhooks";
import { RunGate } from "../gate";
import { hookOf } from "../hooks";
import { loadVersion, openSecrets, type PluginRow } from "../internal";
import type { RawOutcome } from "../isolate/protocol";
import { GRACE_MS, RUN_LIMITS } from "../limits";
import { compile } from "../source/compile";
import { execute } from "./execute";
import { withoutSecrets } from "./outcome";
import { recordRun } from "./record";

const { plugins, pluginRuns } = tables;

export type RunRow = typeof pluginRuns.$inferSelect;
export type Claimed = RunRow & { claim: string };

/** Longer than any run can take. */
const CLAIM_MS = RUN_LIMITS.wallMs + GRACE_MS + 30_000;
/** Of our own trouble, not of the plugin's: a plugin that fails is not tried again. */
const MAX_ATTEMPTS = 5;

export async function deliverRun(ctx: ServiceContext, runId: string): Promise<void> {
  const run = await claimRun(ctx, runId);
  if (run === null) return;
  const own = asSystem({ ...ctx, correlationId: run.correlationId }, run.workspaceId);
  const plugin = await own.db
    .select()
    .from(plugins)
    .where(and(eq(plugins.workspaceId, run.workspaceId), eq(plugins.id, run.pluginId), eq(plugins.status, "enabled")))
    .get();
  const event = plugin === undefined ? null : await eventOf(own, run);
  if (plugin === undefined || event === null) {
    // Switched off, or what it was about is nowhere any more: there is nothing left to do.
    await own.db.delete(pluginRuns).where(and(eq(pluginRuns.id, run.id), eq(pluginRuns.claim, run.claim)));
    return;
  }
  const outcome = await runHook(own, plugin, event);
  await recordRun(own, plugin, run, outcome);
}

async function claimRun(ctx: ServiceContext, runId: string): Promise<Claimed | null> {
  const now = ctx.now();
  const claim = randomToken(9);
  const found = await ctx.db
    .update(pluginRuns)
    .set({ status: "running", claim, dueAt: now + CLAIM_MS })
    .where(and(eq(pluginRuns.id, runId), inArray(pluginRuns.status, ["queued", "running"]), lte(pluginRuns.dueAt, now)))
    .returning();
  const run = found[0];
  if (run === undefined) return null;
  const attempts = run.attempts + 1;
  if (attempts > MAX_ATTEMPTS) {
    await ctx.db
      .update(pluginRuns)
      .set({ status: "done", outcome: "error", error: "Headwater could not finish this run.", claim: null, finishedAt: now })
      .where(and(eq(pluginRuns.id, runId), eq(pluginRuns.claim, claim)));
    ctx.log.error("a plugin's run was given up", { run_id: runId });
    return null;
  }
  await ctx.db
    .update(pluginRuns)
    .set({ attempts })
    .where(and(eq(pluginRuns.id, runId), eq(pluginRuns.claim, claim)));
  return { ...run, attempts, claim };
}

export interface RunEvent {
  id: string;
  type: string;
  occurred_at: string;
  workspace_id: string;
  form_id: string | null;
  data: Record<string, unknown>;
}

/** Read anew: a row holds no answers, so what has been erased meanwhile is not told. */
async function eventOf(ctx: WorkspaceContext, run: RunRow): Promise<RunEvent | null> {
  const { id, eventId, eventType, formId, shard, seq, data, occurredAt } = run;
  if (data !== null) {
    return {
      id: eventId,
      type: eventType,
      occurred_at: new Date(occurredAt).toISOString(),
      workspace_id: ctx.workspaceId,
      form_id: formId,
      data,
    };
  }
  const found = await readContents(ctx, [{ id, eventId, eventType, formId: formId ?? "", shard, seq: seq ?? 0 }]);
  return found.get(id) ?? null;
}

export async function runHook(ctx: WorkspaceContext, plugin: PluginRow, event: RunEvent): Promise<RawOutcome> {
  const hook = hookOf(event.type);
  const version = await loadVersion(ctx, plugin);
  const secrets = await openSecrets(ctx.env, plugin.secrets);
  const { code, digest } = compile(version.source, plugin.mode);
  const { id: pluginId, name, allowedHosts, permissions, config } = plugin;
  const gate = new RunGate(ctx, { pluginId, name, allowedHosts, permissions });
  try {
    const raw = await execute(
      ctx.env,
      { key: `${pluginId}:${digest}`, mode: plugin.mode, factory: code },
      { hook: hook ?? "", input: JSON.stringify({ config, secrets, event, payload: event.data }), limits: RUN_LIMITS },
      gate,
    );
    return withoutSecrets(raw, secrets);
  } catch (error) {
    ctx.log.error("a plugin could not be started", { plugin: pluginId, ...describeError(error) });
    throw error;
  } finally {
    gate.close();
  }
}
