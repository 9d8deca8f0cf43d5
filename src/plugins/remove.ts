import { and, eq, sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { loadPluginRow } from "./internal";
import { bumpForms, noteFormsBumped } from "./validators-cache";

const { plugins } = tables;

/** With its versions and its keys. Its runs can no longer be asked for and go in their time; files it has written stay: they are the workspace's. */
export async function deletePlugin(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "delete");
  const row = await loadPluginRow(ctx, id);
  const bump = bumpForms(ctx, row);
  const forget = (table: string) =>
    ctx.db.run(sql`DELETE FROM ${sql.raw(table)} WHERE plugin_id = ${id} AND workspace_id = ${ctx.workspaceId}`);
  const [deleted] = await ctx.db.batch([
    ctx.db
      .delete(plugins)
      .where(and(eq(plugins.workspaceId, ctx.workspaceId), eq(plugins.id, id)))
      .returning({ id: plugins.id }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "plugin.deleted",
      targetKind: "plugin",
      targetId: id,
      details: { name: row.name },
    }),
    forget("plugin_versions"),
    forget("plugin_kv"),
    forget("plugin_days"),
    ...(bump === null ? [] : [bump]),
  ]);
  if (deleted.length === 0) throw new NotFoundError("The plugin");
  await noteFormsBumped(ctx, row);
}
