import { and, eq, lt, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { InvalidError } from "../shared/errors";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { assertForm, assertMayKeepSecrets, scheduleOf, versionRow } from "./create";
import { checkConfig, type Declared } from "./declared";
import type { PluginEventType } from "./hooks";
import {
  changedMeanwhile,
  loadPluginRow,
  loadVersion,
  type Mode,
  openSecrets,
  type Plugin,
  type PluginRow,
  sealSecrets,
  toPlugin,
} from "./internal";
import { MAX_SECRETS, MAX_VERSIONS } from "./limits";
import { nextAfter } from "./schedule";
import { inspectSource } from "./source/inspect";
import { bumpForms, noteFormsBumped } from "./validators-cache";

const { plugins, pluginVersions } = tables;

export interface UpdatePluginInput {
  id: string;
  name?: string;
  source?: string;
  mode?: Mode;
  config?: Record<string, unknown>;
  /** By name; null takes one away. Those not named stay. */
  secrets?: Record<string, string | null>;
  allowedHosts?: string[];
  permissions?: string[];
  events?: PluginEventType[];
  formId?: string | null;
  onFailure?: "open" | "closed";
}

/** New source, mode or configuration is a new version; what it may reach is not, so that a roll-back never grants anything. */
export async function updatePlugin(ctx: ServiceContext, input: UpdatePluginInput): Promise<Plugin> {
  assertCan(ctx, "write");
  if (input.secrets !== undefined) assertMayKeepSecrets(ctx);
  const row = await loadPluginRow(ctx, input.id);
  const current = await loadVersion(ctx, row);
  if (input.source !== undefined && row.built !== null) {
    const message = "The source of a plugin of the build comes with the build; upload your own as another plugin.";
    throw new InvalidError(message, [{ path: "source", message, code: "not_allowed" }]);
  }
  if (input.formId !== undefined) await assertForm(ctx, input.formId);
  const source = input.source ?? current.source;
  const mode = input.mode ?? row.mode;
  const anew = source !== current.source || mode !== row.mode || input.config !== undefined;
  const declared = anew ? await inspectSource(ctx.env, source, mode) : current.declared;
  const config = checkConfig(declared.config, input.config ?? row.config);
  const secrets = { ...(await openSecrets(ctx.env, row.secrets)), ...input.secrets };
  const kept = Object.fromEntries(Object.entries(secrets).filter((entry): entry is [string, string] => entry[1] !== null));
  if (Object.keys(kept).length > MAX_SECRETS) {
    const message = `At most ${MAX_SECRETS} secrets.`;
    throw new InvalidError(message, [{ path: "secrets", message, code: "too_many" }]);
  }
  const version = anew ? row.lastVersion + 1 : row.version;
  const next: PluginRow = {
    ...row,
    name: input.name ?? row.name,
    formId: input.formId === undefined ? row.formId : input.formId,
    mode,
    events: input.events ?? row.events,
    hooks: declared.hooks,
    config,
    secrets: input.secrets === undefined ? row.secrets : await sealSecrets(ctx.env, kept),
    secretNames: Object.keys(kept),
    allowedHosts: input.allowedHosts ?? row.allowedHosts,
    permissions: input.permissions ?? row.permissions,
    onFailure: input.onFailure ?? row.onFailure,
    version,
    lastVersion: Math.max(row.lastVersion, version),
  };
  const fresh = anew ? { source, declared } : null;
  return savePlugin(ctx, row, next, declared, fresh, "plugin.updated", { changed: Object.keys(input).filter((key) => key !== "id") });
}

/** One batch: the row as long as nobody else has changed it, its audit row, its version, and the forms it concerns. */
export async function savePlugin(
  ctx: WorkspaceContext,
  before: PluginRow,
  next: PluginRow,
  declared: Declared,
  fresh: { source: string; declared: Declared } | null,
  action: string,
  details?: Record<string, unknown>,
): Promise<Plugin> {
  const now = ctx.now();
  const schedule = scheduleOf(declared, next.events);
  const nextRunAt =
    next.status !== "enabled" || schedule === null
      ? null
      : schedule === before.schedule
        ? (before.nextRunAt ?? nextAfter(schedule, now))
        : nextAfter(schedule, now);
  const {
    id,
    workspaceId,
    createdBy: _,
    createdAt: __,
    ...change
  } = { ...next, schedule, nextRunAt, updatedAt: now, revision: before.revision + 1 };
  const bump = bumpForms(ctx, before, next);
  const [saved] = await ctx.db.batch([
    ctx.db
      .update(plugins)
      .set(change)
      .where(and(eq(plugins.workspaceId, workspaceId), eq(plugins.id, id), eq(plugins.revision, before.revision)))
      .returning(),
    auditIfChanged(ctx, { workspaceId, action, targetKind: "plugin", targetId: id, details: { version: next.version, ...details } }),
    ...(fresh === null
      ? []
      : [
          // Only when the row above was this one's to change: its version then is the new one.
          ctx.db.run(sql`
            INSERT INTO plugin_versions (plugin_id, version, workspace_id, source, mode, declared, config, created_by, created_at)
            SELECT id, version, workspace_id, ${fresh.source}, mode, ${JSON.stringify(fresh.declared)}, config, ${versionRow(ctx, next, "", declared).createdBy}, ${now}
            FROM plugins WHERE workspace_id = ${workspaceId} AND id = ${id} AND version = ${next.version} AND revision = ${before.revision + 1}
            ON CONFLICT (plugin_id, version) DO NOTHING`),
          ctx.db
            .delete(pluginVersions)
            .where(
              and(
                eq(pluginVersions.pluginId, id),
                eq(pluginVersions.workspaceId, workspaceId),
                lt(pluginVersions.version, next.version - MAX_VERSIONS + 1),
              ),
            ),
        ]),
    ...(bump === null ? [] : [bump]),
  ]);
  const row = saved[0];
  if (row === undefined) throw changedMeanwhile();
  await noteFormsBumped(ctx, before, row);
  return toPlugin(row, declared);
}
