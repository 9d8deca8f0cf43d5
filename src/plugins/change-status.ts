import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { tables } from "../store";
import { checkConfig } from "./declared";
import { loadPluginRow, loadVersion, type Plugin } from "./internal";
import { savePlugin } from "./update";

const { pluginVersions } = tables;

/** Also ends a pause: whoever enables it takes its failures for mended. */
export async function enablePlugin(ctx: ServiceContext, id: string): Promise<Plugin> {
  assertCan(ctx, "write");
  const row = await loadPluginRow(ctx, id);
  const { declared } = await loadVersion(ctx, row);
  return savePlugin(ctx, row, { ...row, status: "enabled", statusReason: null, failures: 0 }, declared, null, "plugin.enabled");
}

export async function disablePlugin(ctx: ServiceContext, id: string): Promise<Plugin> {
  assertCan(ctx, "write");
  const row = await loadPluginRow(ctx, id);
  const { declared } = await loadVersion(ctx, row);
  return savePlugin(ctx, row, { ...row, status: "disabled", statusReason: null }, declared, null, "plugin.disabled");
}

/** Back to a version that is kept: the one before, or the one named. Source, mode and configuration go back; what was granted does not. */
export async function rollBackPlugin(ctx: ServiceContext, input: { id: string; version?: number }): Promise<Plugin> {
  assertCan(ctx, "write");
  const row = await loadPluginRow(ctx, input.id);
  const wanted = input.version ?? (await versionBefore(ctx, row.id, row.version));
  if (wanted === null) throw new ConflictError("There is no version before this one.", "wrong_state");
  const version = await loadVersion(ctx, { ...row, version: wanted });
  const config = checkConfig(version.declared.config, version.config);
  const next = { ...row, version: wanted, mode: version.mode, hooks: version.declared.hooks, config, failures: 0 };
  return savePlugin(ctx, row, next, version.declared, null, "plugin.rolled_back", { from: row.version });
}

async function versionBefore(ctx: ServiceContext, pluginId: string, version: number): Promise<number | null> {
  const found = await ctx.db
    .select({ version: pluginVersions.version })
    .from(pluginVersions)
    .where(and(eq(pluginVersions.pluginId, pluginId), lt(pluginVersions.version, version)))
    .orderBy(desc(pluginVersions.version))
    .limit(1)
    .get();
  return found?.version ?? null;
}
