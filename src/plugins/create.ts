import { and, eq, sql } from "drizzle-orm";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { ConflictError, InvalidError, NotFoundError } from "../shared/errors";
import { newId } from "../shared/ids";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { checkConfig, type Declared } from "./declared";
import type { PluginEventType } from "./hooks";
import { actorId, type Mode, type Plugin, type PluginRow, sealSecrets, toPlugin } from "./internal";
import { MAX_PLUGINS } from "./limits";
import { offeredPlugin } from "./offered";
import { nextAfter } from "./schedule";
import { inspectSource } from "./source/inspect";
import { bumpForms, noteFormsBumped } from "./validators-cache";

const { plugins, pluginVersions, forms } = tables;

export interface CreatePluginInput {
  name: string;
  /** One of the two. */
  source?: string;
  built?: string;
  mode?: Mode;
  config?: Record<string, unknown>;
  secrets?: Record<string, string>;
  allowedHosts?: string[];
  permissions?: string[];
  events: PluginEventType[];
  formId?: string | null;
  onFailure?: "open" | "closed";
}

export async function createPlugin(ctx: ServiceContext, input: CreatePluginInput): Promise<Plugin> {
  assertCan(ctx, "write");
  if (input.secrets !== undefined) assertMayKeepSecrets(ctx);
  const source = sourceOf(input);
  // Source from outside is interpreted, unless its owner chooses otherwise; what came with the build has been read by us.
  const mode = input.mode ?? (input.built === undefined ? "strict" : "metered");
  await assertForm(ctx, input.formId ?? null);
  await assertRoom(ctx);
  const declared = await inspectSource(ctx.env, source, mode);
  const config = checkConfig(declared.config, input.config ?? {});
  const now = ctx.now();
  const id = newId("plugin", now);
  const schedule = scheduleOf(declared, input.events);
  const row: PluginRow = {
    id,
    workspaceId: ctx.workspaceId,
    formId: input.formId ?? null,
    name: input.name,
    built: input.built ?? null,
    mode,
    status: "enabled",
    statusReason: null,
    events: input.events,
    hooks: declared.hooks,
    config,
    secrets: await sealSecrets(ctx.env, input.secrets ?? {}),
    secretNames: Object.keys(input.secrets ?? {}),
    allowedHosts: input.allowedHosts ?? [...(input.built === undefined ? [] : (declared.hosts ?? []))],
    permissions: input.permissions ?? [...(input.built === undefined ? [] : (declared.permissions ?? []))],
    onFailure: input.onFailure ?? "open",
    version: 1,
    lastVersion: 1,
    schedule,
    nextRunAt: schedule === null ? null : nextAfter(schedule, now),
    failures: 0,
    revision: 1,
    createdBy: actorId(ctx),
    createdAt: now,
    updatedAt: now,
  };
  const bump = bumpForms(ctx, row);
  await ctx.db.batch([
    ctx.db.insert(plugins).values(row),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "plugin.created",
      targetKind: "plugin",
      targetId: id,
      details: { name: row.name, built: row.built, mode, allowed_hosts: row.allowedHosts, permissions: row.permissions },
    }),
    ctx.db.insert(pluginVersions).values(versionRow(ctx, row, source, declared)),
    ...(bump === null ? [] : [bump]),
  ]);
  await noteFormsBumped(ctx, row);
  return toPlugin(row, declared);
}

/** Of people, only admins handle secrets. */
export function assertMayKeepSecrets(ctx: ServiceContext): void {
  assertCan(ctx, "delete");
}

export function versionRow(ctx: WorkspaceContext, row: PluginRow, source: string, declared: Declared): typeof pluginVersions.$inferInsert {
  return {
    pluginId: row.id,
    version: row.version,
    workspaceId: ctx.workspaceId,
    source,
    mode: row.mode,
    declared,
    config: row.config,
    createdBy: actorId(ctx),
    createdAt: ctx.now(),
  };
}

export function scheduleOf(declared: Declared, events: readonly string[]): string | null {
  return declared.hooks.includes("onSchedule") && events.includes("schedule") ? (declared.schedule ?? null) : null;
}

function sourceOf({ source, built }: CreatePluginInput): string {
  const issue = (path: string, message: string) => new InvalidError(message, [{ path, message, code: "not_valid" }]);
  if ((source === undefined) === (built === undefined))
    throw issue("source", "Send either `source`, or the name of a plugin of the build as `built`.");
  if (source !== undefined) return source;
  const offered = offeredPlugin(built ?? "");
  if (offered === undefined) throw issue("built", "The build has no plugin of this name.");
  return offered.source;
}

/** A form of another workspace looks like one that is not there. */
export async function assertForm(ctx: WorkspaceContext, formId: string | null): Promise<void> {
  if (formId === null) return;
  const found = await ctx.db
    .select({ id: forms.id })
    .from(forms)
    .where(and(eq(forms.workspaceId, ctx.workspaceId), eq(forms.id, formId)))
    .get();
  if (found === undefined) throw new NotFoundError("The form");
}

async function assertRoom(ctx: WorkspaceContext): Promise<void> {
  const held = await ctx.db.select({ n: sql<number>`count(*)` }).from(plugins).where(eq(plugins.workspaceId, ctx.workspaceId)).get();
  if ((held?.n ?? 0) >= MAX_PLUGINS) throw new ConflictError(`There are ${MAX_PLUGINS} plugins already; delete some first.`, "too_many");
}
