import { z } from "@hono/zod-openapi";
import { deletePlugin, disablePlugin, enablePlugin, PLUGIN_EVENTS, rollBackPlugin, testPlugin, updatePlugin } from "../../plugins";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam } from "../wire";
import {
  AllowedHosts,
  Config,
  Events,
  FormId,
  ModeName,
  Name,
  OnFailure,
  Permissions,
  PluginView,
  RunView,
  SecretChanges,
  Source,
  toPluginView,
  toRunView,
} from "./shapes";

const update = defineRoute({
  method: "patch",
  path: "/api/v2/plugins/{id}",
  access: "write",
  tags: ["Plugins"],
  summary: "Change a plugin",
  description:
    "New source, mode or configuration is a new version, to which one can roll back. A secret of `null` is taken away; those not named stay.",
  request: {
    params: IdParam,
    body: jsonBody(
      z
        .object({
          name: Name,
          source: Source,
          mode: ModeName,
          config: Config,
          secrets: SecretChanges,
          allowed_hosts: AllowedHosts,
          permissions: Permissions,
          events: Events,
          form_id: FormId,
          on_failure: OnFailure,
        })
        .partial()
        .strict()
        .refine((change) => Object.keys(change).length > 0, { message: "Name at least one thing to change." })
        .openapi("UpdatePlugin", { example: { name: "Another name" } }),
    ),
  },
  responses: { 200: json(PluginView, "The plugin as it is now") },
});

const remove = defineRoute({
  method: "delete",
  path: "/api/v2/plugins/{id}",
  access: "delete",
  tags: ["Plugins"],
  summary: "Delete a plugin with what it keeps",
  request: { params: IdParam },
  responses: { 204: { description: "Deleted" } },
});

const enable = defineRoute({
  method: "post",
  path: "/api/v2/plugins/{id}/enable",
  access: "write",
  tags: ["Plugins"],
  summary: "Enable a plugin, or end its pause",
  request: { params: IdParam },
  responses: { 200: json(PluginView, "Enabled") },
});

const disable = defineRoute({
  method: "post",
  path: "/api/v2/plugins/{id}/disable",
  access: "write",
  tags: ["Plugins"],
  summary: "Disable a plugin; runs that are due are dropped",
  request: { params: IdParam },
  responses: { 200: json(PluginView, "Disabled") },
});

const rollBack = defineRoute({
  method: "post",
  path: "/api/v2/plugins/{id}/rollback",
  access: "write",
  tags: ["Plugins"],
  summary: "Go back to the version before, or to the one named by `version`",
  description: "Source, mode and configuration go back; hosts, permissions and secrets stay as they are granted now.",
  request: {
    params: IdParam,
    query: z.object({ version: z.coerce.number().int().min(1).max(1_000_000).optional().openapi({ type: "integer" }) }),
  },
  responses: { 200: json(PluginView, "The plugin as it is now") },
});

const Data = z.record(z.string(), z.unknown());
const EventType = z.enum(PLUGIN_EVENTS);

const test = defineRoute({
  method: "post",
  path: "/api/v2/plugins/{id}/test",
  access: "write",
  tags: ["Plugins"],
  summary: "Run a plugin now, for an event of your choice",
  description: "With `response_id` and `form_id` the event is about that response; with `data`, the hook is given just that.",
  request: {
    params: IdParam,
    body: jsonBody(
      z
        .object({
          event: z.union([
            EventType,
            z.object({
              type: EventType,
              data: Data.optional(),
              form_id: z.string().max(64).optional(),
              response_id: z.string().max(64).optional(),
            }),
          ]),
        })
        .strict()
        .openapi("TestPlugin", { example: { event: { type: "response.submitted", data: { id: "rsp_sample", data: { name: "Ada" } } } } }),
    ),
  },
  responses: { 200: json(RunView, "What became of it") },
});

export const change = newApp()
  .openapi(update, async (c) => {
    const { allowed_hosts, form_id, on_failure, ...input } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const plugin = await updatePlugin(c.get("ctx"), { id, ...input, allowedHosts: allowed_hosts, formId: form_id, onFailure: on_failure });
    return c.json(toPluginView(plugin), 200);
  })
  .openapi(remove, async (c) => {
    await deletePlugin(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(enable, async (c) => c.json(toPluginView(await enablePlugin(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(disable, async (c) => c.json(toPluginView(await disablePlugin(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(rollBack, async (c) => {
    const plugin = await rollBackPlugin(c.get("ctx"), { id: c.req.valid("param").id, version: c.req.valid("query").version });
    return c.json(toPluginView(plugin), 200);
  })
  .openapi(test, async (c) => {
    const { event } = c.req.valid("json");
    const wish =
      typeof event === "string"
        ? { type: event }
        : { type: event.type, data: event.data, formId: event.form_id, responseId: event.response_id };
    return c.json(toRunView(await testPlugin(c.get("ctx"), { id: c.req.valid("param").id, event: wish })), 200);
  });
