// The shapes of plugins on the wire, and what turns the domain's into them.
import { z } from "@hono/zod-openapi";
import {
  type Declared,
  MAX_CONFIG,
  MAX_HOSTS,
  MAX_SECRET_LENGTH,
  MAX_SECRETS,
  PLUGIN_EVENTS,
  type Plugin,
  type RunRow,
  whyNotAHost,
} from "../../plugins";
import { plainText } from "../../shared/text";
import { isoTime } from "../wire";

export const Name = plainText(100).min(1).openapi({ example: "Notify the team" });
export const Source = z.string().min(1).max(300_000).openapi({
  description: "An ES module whose default export is a class that extends `FormPlugin`, which needs no import.",
  example: "export default class extends FormPlugin {\n  onResponseSubmitted(response, ctx) { ctx.log(response.id); }\n}",
});
export const ModeName = z.enum(["strict", "metered"]).openapi({
  description:
    "`strict`: interpreted, bounded in everything; the default for uploaded source. `metered`: runs natively, with its loops and calls counted.",
});
export const Events = z.array(z.enum(PLUGIN_EVENTS)).max(PLUGIN_EVENTS.length);
export const Config = z
  .record(z.string().max(64), z.unknown())
  .refine((config) => JSON.stringify(config).length <= MAX_CONFIG, "At most 32 KiB.");
const SecretName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/);
const SecretValue = z.string().min(1).max(MAX_SECRET_LENGTH);
const notTooMany = (secrets: object) => Object.keys(secrets).length <= MAX_SECRETS;
export const Secrets = z.record(SecretName, SecretValue).refine(notTooMany, `At most ${MAX_SECRETS} secrets.`);
export const SecretChanges = z.record(SecretName, SecretValue.nullable()).refine(notTooMany, `At most ${MAX_SECRETS} secrets.`);
export const AllowedHosts = z
  .array(
    z
      .string()
      .toLowerCase()
      .max(253)
      .superRefine((host, check) => {
        const why = whyNotAHost(host);
        if (why !== null) check.addIssue({ code: "custom", message: why });
      }),
  )
  .max(MAX_HOSTS)
  .openapi({ example: ["hooks.example.com"] });
export const Permissions = z.array(z.enum(["mail", "files"])).max(2);
export const OnFailure = z.enum(["open", "closed"]).openapi({
  description: "Whether a submission is taken (`open`) or refused (`closed`) when its validator fails itself.",
});
export const FormId = z.string().min(1).max(64).nullable();

const DeclaredView = z.object({
  hooks: z.array(z.string()),
  title: z.string().nullable(),
  description: z.string().nullable(),
  config_schema: z.record(z.string(), z.unknown()).nullable().openapi({ description: "A part of JSON Schema, for a form." }),
  hosts: z.array(z.string()),
  secrets: z.array(z.string()),
  permissions: z.array(z.string()),
  schedule: z.string().nullable(),
});

export const PluginView = z
  .object({
    id: z.string(),
    name: z.string(),
    form_id: z.string().nullable(),
    built: z.string().nullable(),
    mode: ModeName,
    status: z.enum(["enabled", "disabled", "paused"]),
    status_reason: z.string().nullable(),
    events: z.array(z.string()),
    config: z.record(z.string(), z.unknown()),
    secret_names: z.array(z.string()),
    allowed_hosts: z.array(z.string()),
    permissions: z.array(z.string()),
    on_failure: OnFailure,
    version: z.number().int(),
    failures: z.number().int().openapi({ description: "Runs that failed one after another." }),
    next_run_at: z.iso.datetime().nullable(),
    declares: DeclaredView,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Plugin");

export const PluginWithSource = PluginView.extend({ source: z.string() }).openapi("PluginWithSource");

export const OfferView = DeclaredView.extend({ name: z.string() }).openapi("OfferedPlugin");

export const RunView = z
  .object({
    id: z.string(),
    plugin_id: z.string(),
    event_id: z.string(),
    event_type: z.string(),
    kind: z.enum(["event", "test", "validator"]),
    status: z.enum(["queued", "running", "done"]),
    outcome: z.enum(["ok", "error", "timeout", "limit"]).nullable(),
    version: z.number().int().nullable(),
    duration_ms: z.number().int().nullable(),
    logs: z.array(z.object({ level: z.string(), text: z.string(), at_ms: z.number() })),
    error: z.string().nullable(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi("PluginRun");

export function toDeclaredView(declared: Declared): z.infer<typeof DeclaredView> {
  return {
    hooks: declared.hooks,
    title: declared.title ?? null,
    description: declared.description ?? null,
    config_schema: declared.config ?? null,
    hosts: declared.hosts ?? [],
    secrets: declared.secrets ?? [],
    permissions: declared.permissions ?? [],
    schedule: declared.schedule ?? null,
  };
}

export function toPluginView(plugin: Plugin): z.infer<typeof PluginView> {
  return {
    id: plugin.id,
    name: plugin.name,
    form_id: plugin.formId,
    built: plugin.built,
    mode: plugin.mode,
    status: plugin.status,
    status_reason: plugin.statusReason,
    events: plugin.events,
    config: plugin.config,
    secret_names: plugin.secretNames,
    allowed_hosts: plugin.allowedHosts,
    permissions: plugin.permissions,
    on_failure: plugin.onFailure,
    version: plugin.version,
    failures: plugin.failures,
    next_run_at: isoTime(plugin.nextRunAt),
    declares: toDeclaredView(plugin.declared),
    created_at: isoTime(plugin.createdAt),
    updated_at: isoTime(plugin.updatedAt),
  };
}

export function toRunView(run: RunRow): z.infer<typeof RunView> {
  return {
    id: run.id,
    plugin_id: run.pluginId,
    event_id: run.eventId,
    event_type: run.eventType,
    kind: run.kind,
    status: run.status,
    outcome: run.outcome,
    version: run.version,
    duration_ms: run.durationMs,
    logs: (run.logs ?? []).map(({ level, text, at_ms }) => ({ level: String(level), text: String(text), at_ms: Number(at_ms) })),
    error: run.error,
    created_at: isoTime(run.createdAt),
    finished_at: isoTime(run.finishedAt),
  };
}
