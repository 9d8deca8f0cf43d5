// Rows of runs: one for each event and plugin, whoever tells of it and however often.
import { hash } from "node:crypto";
import type { ServiceContext, WorkspaceContext } from "../../shared/context";
import { idFloor } from "../../shared/ids";
import { describeError } from "../../shared/log";
import type { PluginMessage } from "../message";

export interface DueRun {
  pluginId: string;
  eventId: string;
  eventType: string;
  occurredAt: number;
  formId: string | null;
  shard: number | null;
  seq: number | null;
  /** Only of events that lie nowhere else. */
  data: Record<string, unknown> | null;
}

const ROWS_PER_STATEMENT = 500;
const MESSAGES_PER_BATCH = 100;

const ADD_RUNS = `INSERT INTO plugin_runs
  (id, workspace_id, plugin_id, event_id, event_type, occurred_at, form_id, shard, seq, data, kind, status, due_at, correlation_id, created_at)
  SELECT e.value ->> 'id', ?2, e.value ->> 'pluginId', e.value ->> 'eventId', e.value ->> 'eventType', e.value ->> 'occurredAt',
    e.value ->> 'formId', e.value ->> 'shard', e.value ->> 'seq', e.value ->> 'data', 'event', 'queued', ?3, ?4, ?3
  FROM json_each(?1) e WHERE true ON CONFLICT (id) DO NOTHING`;

export function runIdOf(pluginId: string, eventId: string, occurredAt: number): string {
  return `${idFloor("run", occurredAt)}${hash("sha256", `run ${pluginId} ${eventId}`, "hex").slice(0, 20)}`;
}

/** A row that was there already is woken once more; whoever is woken for nothing does nothing. */
export async function addRuns(ctx: WorkspaceContext, runs: readonly DueRun[]): Promise<void> {
  for (let i = 0; i < runs.length; i += ROWS_PER_STATEMENT) {
    const rows = runs.slice(i, i + ROWS_PER_STATEMENT).map((run) => ({ ...run, id: runIdOf(run.pluginId, run.eventId, run.occurredAt) }));
    await ctx.env.DB.prepare(ADD_RUNS).bind(JSON.stringify(rows), ctx.workspaceId, ctx.now(), ctx.correlationId).run();
    await wakeRuns(
      ctx,
      rows.map(({ id }) => ({ run_id: id, correlation_id: ctx.correlationId })),
    );
  }
}

/** A queue that refuses costs a minute, not the run: cron looks after the rows. */
export async function wakeRuns(ctx: ServiceContext, messages: readonly PluginMessage[]): Promise<void> {
  try {
    for (let i = 0; i < messages.length; i += MESSAGES_PER_BATCH) {
      await ctx.env.PLUGINS.sendBatch(messages.slice(i, i + MESSAGES_PER_BATCH).map((body) => ({ body })));
    }
  } catch (error) {
    ctx.log.warn("plugins queue refused, cron will send", { count: messages.length, ...describeError(error) });
  }
}
