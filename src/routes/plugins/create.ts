import { z } from "@hono/zod-openapi";
import { createPlugin } from "../../plugins";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
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
  Secrets,
  Source,
  toPluginView,
} from "./shapes";

const route = defineRoute({
  method: "post",
  path: "/api/v2/plugins",
  access: "write",
  tags: ["Plugins"],
  summary: "Install a plugin, from source or from the build",
  description: "Source that does not parse, or has no plugin class, answers 422 with the line and column of the fault.",
  request: {
    body: jsonBody(
      z
        .object({
          name: Name,
          source: Source.optional(),
          built: z.string().max(100).optional().openapi({ description: "The name of a plugin of the build, instead of `source`." }),
          mode: ModeName.optional(),
          config: Config.optional(),
          secrets: Secrets.optional(),
          allowed_hosts: AllowedHosts.optional(),
          permissions: Permissions.optional(),
          events: Events,
          form_id: FormId.optional(),
          on_failure: OnFailure.optional(),
        })
        .strict()
        .openapi("CreatePlugin", {
          example: {
            name: "Greeter",
            source: "export default class extends FormPlugin {\n  onResponseSubmitted(response, ctx) { ctx.log(response.id); }\n}",
            events: ["response.submitted"],
          },
        }),
    ),
  },
  responses: { 201: json(PluginView, "Installed and enabled") },
});

export const create = newApp().openapi(route, async (c) => {
  const { allowed_hosts, form_id, on_failure, ...input } = c.req.valid("json");
  const plugin = await createPlugin(c.get("ctx"), { ...input, allowedHosts: allowed_hosts, formId: form_id, onFailure: on_failure });
  c.header("Location", `/api/v2/plugins/${plugin.id}`);
  return c.json(toPluginView(plugin), 201);
});
