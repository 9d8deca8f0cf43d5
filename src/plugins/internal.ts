// What several verbs of plugins share: loading within the workspace, and the shape that leaves the domain.
import { and, eq } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { openSealed, seal } from "../shared/crypto";
import { ConflictError, NotFoundError } from "../shared/errors";
import { tables } from "../store";
import { Declared } from "./declared";
import { offeredPlugin } from "./offered";

const { plugins, pluginVersions } = tables;
const PURPOSE = "plugin-secrets";

export type PluginRow = typeof plugins.$inferSelect;
export type Mode = PluginRow["mode"];

export interface Plugin extends Omit<PluginRow, "secrets"> {
  declared: Declared;
}

/** Throws when the plugin is unknown or another workspace's: the two must look the same. */
export async function loadPluginRow(ctx: WorkspaceContext, id: string): Promise<PluginRow> {
  const row = await ctx.db
    .select()
    .from(plugins)
    .where(and(eq(plugins.workspaceId, ctx.workspaceId), eq(plugins.id, id)))
    .get();
  if (row === undefined) throw new NotFoundError("The plugin");
  return row;
}

export interface Version {
  source: string;
  mode: Mode;
  declared: Declared;
  config: Record<string, unknown>;
  createdAt: number;
}

/** A plugin of the build has the source that this deploy carries, whatever version was written down. */
export async function loadVersion(ctx: WorkspaceContext, row: Pick<PluginRow, "id" | "version" | "built">): Promise<Version> {
  const found = await ctx.db
    .select()
    .from(pluginVersions)
    .where(
      and(eq(pluginVersions.pluginId, row.id), eq(pluginVersions.version, row.version), eq(pluginVersions.workspaceId, ctx.workspaceId)),
    )
    .get();
  if (found === undefined) throw new NotFoundError("The version");
  const source = row.built === null ? found.source : (offeredPlugin(row.built)?.source ?? found.source);
  return { source, mode: found.mode, declared: Declared.parse(found.declared), config: found.config, createdAt: found.createdAt };
}

export function toPlugin({ secrets: _, ...row }: PluginRow, declared: Declared): Plugin {
  return { ...row, declared };
}

export async function sealSecrets(env: Env, secrets: Record<string, string>): Promise<string | null> {
  return Object.keys(secrets).length === 0 ? null : seal(env.APP_SECRET, PURPOSE, JSON.stringify(secrets));
}

export async function openSecrets(env: Env, sealed: string | null): Promise<Record<string, string>> {
  return sealed === null ? {} : JSON.parse(await openSealed(env, PURPOSE, sealed));
}

export function changedMeanwhile(): ConflictError {
  return new ConflictError("The plugin was changed by somebody else meanwhile; load it again.", "stale_draft");
}

export function actorId({ actor }: WorkspaceContext): string {
  switch (actor.kind) {
    case "key":
      return actor.keyId;
    case "member":
      return actor.userId;
    case "system":
      return "headwater";
  }
}
