// From what happened to the runs it causes.
import { and, eq } from "drizzle-orm";
import type { Follower } from "../../responses";
import type { WorkspaceContext } from "../../shared/context";
import { tables } from "../../store";
import { type EventFollower, entryEventId, eventTypeOf, readRange } from "../../webhooks";
import { hookOf } from "../hooks";
import type { PluginRow } from "../internal";
import { MAX_PLUGINS } from "../limits";
import { addRuns } from "./rows";

const { plugins } = tables;
const ENTRIES_AT_ONCE = 100;

export const followEntries: Follower = async (ctx, range) => {
  if (!range.mayHave.plugins) return;
  const hearing = await findHearing(ctx, range.formId);
  if (hearing.length === 0) return;
  const { formId, shard } = range;
  for (let fromSeq = range.fromSeq; fromSeq <= range.toSeq; fromSeq += ENTRIES_AT_ONCE) {
    const toSeq = Math.min(range.toSeq, fromSeq + ENTRIES_AT_ONCE - 1);
    const page = await readRange(ctx, { formId, shard, fromSeq, toSeq }, false);
    const runs = page.flatMap(({ entry }) => {
      const type = eventTypeOf(entry);
      if (type === null) return [];
      const event = { eventType: type, occurredAt: entry.at, formId, shard, seq: entry.seq, data: null };
      const eventId = entryEventId(formId, shard, entry.seq, entry.at);
      return hearing.filter((plugin) => hears(plugin, type, entry.at)).map(({ id }) => ({ ...event, eventId, pluginId: id }));
    });
    await addRuns(ctx, runs);
  }
};

export const followStored: EventFollower = async (ctx, { id, type, formId, occurredAt }) => {
  if (hookOf(type) === null) return;
  const hearing = (await findHearing(ctx, formId)).filter((plugin) => hears(plugin, type, occurredAt));
  const event = { eventId: id, eventType: type, occurredAt, formId, shard: null, seq: null, data: null };
  await addRuns(
    ctx,
    hearing.map((plugin) => ({ ...event, pluginId: plugin.id })),
  );
};

type Hearing = Pick<PluginRow, "id" | "formId" | "events" | "hooks" | "createdAt">;

async function findHearing(ctx: WorkspaceContext, formId: string | null): Promise<Hearing[]> {
  const rows = await ctx.db
    .select({ id: plugins.id, formId: plugins.formId, events: plugins.events, hooks: plugins.hooks, createdAt: plugins.createdAt })
    .from(plugins)
    .where(and(eq(plugins.workspaceId, ctx.workspaceId), eq(plugins.status, "enabled")))
    .limit(MAX_PLUGINS);
  return rows.filter((row) => row.formId === null || row.formId === formId);
}

/** What happened before a plugin was there is none of its business. */
function hears(plugin: Hearing, eventType: string, at: number): boolean {
  const hook = hookOf(eventType);
  return hook !== null && plugin.events.includes(eventType) && plugin.hooks.includes(hook) && at >= plugin.createdAt;
}
