import { and, desc, eq, lt } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { decodeCursor, type Page, toPage } from "../shared/lists";
import { tables } from "../store";
import { Declared } from "./declared";
import { loadPluginRow, loadVersion, type Plugin, toPlugin, type Version } from "./internal";
import { offeredPlugins } from "./offered";
import { inspectSource } from "./source/inspect";

const { plugins, pluginVersions, pluginRuns } = tables;

export async function getPlugin(ctx: ServiceContext, id: string): Promise<Plugin & { source: string }> {
  assertCan(ctx, "read");
  const row = await loadPluginRow(ctx, id);
  const version = await loadVersion(ctx, row);
  return { ...toPlugin(row, version.declared), source: version.source };
}

/** Newest first. */
export async function listPlugins(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<Plugin>> {
  assertCan(ctx, "read");
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select({ plugin: plugins, declared: pluginVersions.declared })
    .from(plugins)
    .innerJoin(
      pluginVersions,
      and(
        eq(pluginVersions.pluginId, plugins.id),
        eq(pluginVersions.version, plugins.version),
        eq(pluginVersions.workspaceId, plugins.workspaceId),
      ),
    )
    .where(and(eq(plugins.workspaceId, ctx.workspaceId), before === undefined ? undefined : lt(plugins.id, String(before))))
    .orderBy(desc(plugins.id))
    .limit(input.limit + 1);
  const all = rows.map(({ plugin, declared }) => toPlugin(plugin, Declared.parse(declared)));
  return toPage(all, input.limit, ({ id }) => [id]);
}

export type VersionSummary = Omit<Version, "source"> & { version: number; createdBy: string };

export async function listPluginVersions(ctx: ServiceContext, id: string): Promise<VersionSummary[]> {
  assertCan(ctx, "read");
  await loadPluginRow(ctx, id);
  const rows = await ctx.db
    .select()
    .from(pluginVersions)
    .where(and(eq(pluginVersions.pluginId, id), eq(pluginVersions.workspaceId, ctx.workspaceId)))
    .orderBy(desc(pluginVersions.version))
    .limit(100);
  return rows.map((row) => ({
    version: row.version,
    mode: row.mode,
    declared: Declared.parse(row.declared),
    config: row.config,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
  }));
}

export type RunRow = typeof pluginRuns.$inferSelect;

/** Newest first. */
export async function listRuns(ctx: ServiceContext, input: { id: string; limit: number; cursor?: string }): Promise<Page<RunRow>> {
  assertCan(ctx, "read");
  await loadPluginRow(ctx, input.id);
  const [before] = decodeCursor(input.cursor, 1) ?? [];
  const rows = await ctx.db
    .select()
    .from(pluginRuns)
    .where(
      and(
        eq(pluginRuns.pluginId, input.id),
        eq(pluginRuns.workspaceId, ctx.workspaceId),
        before === undefined ? undefined : lt(pluginRuns.id, String(before)),
      ),
    )
    .orderBy(desc(pluginRuns.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, ({ id }) => [id]);
}

export interface Offer {
  name: string;
  declared: Declared;
}

/** What comes with the build, and what each would ask for. */
export async function listOffers(ctx: ServiceContext): Promise<Offer[]> {
  assertCan(ctx, "read");
  return Promise.all(
    offeredPlugins().map(async ({ name, source }) => ({ name, declared: await inspectSource(ctx.env, source, "metered") })),
  );
}
