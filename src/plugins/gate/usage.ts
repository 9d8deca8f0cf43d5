// What a plugin may do only so often a day. Taken before it is done: a run that dies has used it.
import { sql } from "drizzle-orm";
import type { WorkspaceContext } from "../../shared/context";
import { RefusedCall } from "./refused";

export async function takeOfDay(ctx: WorkspaceContext, pluginId: string, what: "mails" | "files", most: number): Promise<void> {
  const day = new Date(ctx.now()).toISOString().slice(0, 10);
  const column = sql.raw(what);
  const taken = await ctx.db.run(sql`
    INSERT INTO plugin_days (plugin_id, day, workspace_id, ${column}) VALUES (${pluginId}, ${day}, ${ctx.workspaceId}, 1)
    ON CONFLICT (plugin_id, day) DO UPDATE SET ${column} = ${column} + 1 WHERE ${column} < ${most}`);
  if (taken.meta.changes === 0) throw new RefusedCall(`A plugin may have at most ${most} ${what} a day.`);
}
