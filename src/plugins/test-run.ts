import { getResponse } from "../responses";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { ConflictError, InvalidError } from "../shared/errors";
import { newId } from "../shared/ids";
import { tables } from "../store";
import { hookOf, type PluginEventType } from "./hooks";
import { loadPluginRow } from "./internal";
import { type RunEvent, runHook } from "./run/deliver";
import { countRun, outcomeColumns } from "./run/record";

const { pluginRuns } = tables;

export interface TestEvent {
  type: PluginEventType;
  /** An existing response of `formId`, told as if it had just happened. */
  responseId?: string;
  formId?: string;
  /** Or what the hook is to be given. */
  data?: Record<string, unknown>;
}

/** Runs the plugin now, with all it was granted, whether it is enabled or not. Failures count for nothing. */
export async function testPlugin(ctx: ServiceContext, input: { id: string; event: TestEvent }): Promise<typeof pluginRuns.$inferSelect> {
  assertCan(ctx, "write");
  const plugin = await loadPluginRow(ctx, input.id);
  const hook = hookOf(input.event.type);
  if (hook === null || !plugin.hooks.includes(hook)) {
    const message = `The plugin has no ${hook ?? "hook"} for this event.`;
    throw new InvalidError(message, [{ path: "event.type", message, code: "no_hook" }]);
  }
  const now = ctx.now();
  const event: RunEvent = {
    id: newId("event", now),
    type: input.event.type,
    occurred_at: new Date(now).toISOString(),
    workspace_id: ctx.workspaceId,
    form_id: input.event.formId ?? plugin.formId,
    data: await dataOf(ctx, input.event, input.event.formId ?? plugin.formId),
  };
  const raw = await runHook(ctx, plugin, event);
  countRun(plugin, "test", raw);
  const row = {
    id: newId("run", now),
    workspaceId: ctx.workspaceId,
    pluginId: plugin.id,
    eventId: event.id,
    eventType: event.type,
    occurredAt: now,
    formId: event.form_id,
    kind: "test" as const,
    status: "done" as const,
    attempts: 1,
    dueAt: now,
    correlationId: ctx.correlationId,
    createdAt: now,
    finishedAt: ctx.now(),
    ...outcomeColumns(raw, plugin.version),
  };
  const [saved] = await ctx.db.insert(pluginRuns).values(row).returning();
  if (saved === undefined) throw new ConflictError("The run could not be written down.", "busy");
  return saved;
}

async function dataOf(ctx: WorkspaceContext, event: TestEvent, formId: string | null): Promise<Record<string, unknown>> {
  if (event.responseId !== undefined) {
    if (formId === null)
      throw new InvalidError("Say which form.", [{ path: "event.form_id", message: "is needed with response_id.", code: "required" }]);
    const { value } = await getResponse(ctx, formId, event.responseId);
    return sampleOf(formId, { ...value, submittedAt: value.submittedAt });
  }
  if (event.data !== undefined) return event.data;
  const now = new Date(ctx.now()).toISOString();
  if (event.type === "schedule") return { scheduled_at: now };
  if (event.type === "form.published") return { form_id: formId ?? "frm_sample", version: 1, title: "A sample form" };
  return sampleOf(formId ?? "frm_sample", {
    id: "rsp_sample",
    formVersion: 1,
    status: "complete",
    submittedAt: ctx.now(),
    data: {},
    meta: {},
    seq: 1,
  });
}

interface Shown {
  id: string;
  formVersion: number;
  status: string;
  submittedAt: number;
  data: Record<string, unknown>;
  meta: Record<string, unknown>;
  seq: number;
}

function sampleOf(formId: string, shown: Shown): Record<string, unknown> {
  const at = new Date(shown.submittedAt).toISOString();
  const { id, formVersion, status, data, meta, seq } = shown;
  return { id, form_id: formId, form_version: formVersion, status, submitted_at: at, updated_at: at, data, meta, seq };
}
