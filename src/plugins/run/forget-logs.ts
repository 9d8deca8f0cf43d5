import { eq } from "drizzle-orm";
import type { WorkspaceContext } from "../../shared/context";
import { tables } from "../../store";
import { entryEventId } from "../../webhooks";
import { runIdOf } from "./rows";

const { plugins } = tables;
const MAX_PLUGINS = 1_000;

/** A plugin may have logged what it was told: of these entries nothing of it stays but that the run was there. */
export async function forgetLogsOf(
  ctx: WorkspaceContext,
  formId: string,
  entries: readonly { shard: number; seq: number; at: number }[],
): Promise<void> {
  const known = await ctx.db.select({ id: plugins.id }).from(plugins).where(eq(plugins.workspaceId, ctx.workspaceId)).limit(MAX_PLUGINS);
  const ids = entries.flatMap(({ shard, seq, at }) => known.map(({ id }) => runIdOf(id, entryEventId(formId, shard, seq, at), at)));
  if (ids.length === 0) return;
  await ctx.env.DB.prepare(
    "UPDATE plugin_runs SET logs = NULL, error = NULL WHERE workspace_id = ?1 AND id IN (SELECT value FROM json_each(?2))",
  )
    .bind(ctx.workspaceId, JSON.stringify(ids))
    .run();
}
