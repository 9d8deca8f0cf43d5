import { z } from "@hono/zod-openapi";
import { getPlugin, listOffers, listPlugins, listPluginVersions, listRuns } from "../../plugins";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";
import { ModeName, OfferView, PluginView, PluginWithSource, RunView, toDeclaredView, toPluginView, toRunView } from "./shapes";

const list = defineRoute({
  method: "get",
  path: "/api/v2/plugins",
  access: "read",
  tags: ["Plugins"],
  summary: "List the plugins, newest first",
  request: { query: ListQuery },
  responses: { 200: json(listOf("plugins", PluginView), "A page of plugins") },
});

const offered = defineRoute({
  method: "get",
  path: "/api/v2/plugins/offered",
  access: "read",
  tags: ["Plugins"],
  summary: "Plugins that come with this build, and what each asks for",
  responses: { 200: json(z.object({ plugins: z.array(OfferView) }), "All of them") },
});

const get = defineRoute({
  method: "get",
  path: "/api/v2/plugins/{id}",
  access: "read",
  tags: ["Plugins"],
  summary: "One plugin, with its source",
  request: { params: IdParam },
  responses: { 200: json(PluginWithSource, "The plugin") },
});

const VersionView = z
  .object({
    version: z.number().int(),
    mode: ModeName,
    config: z.record(z.string(), z.unknown()),
    created_by: z.string(),
    created_at: z.iso.datetime(),
  })
  .openapi("PluginVersion");

const versions = defineRoute({
  method: "get",
  path: "/api/v2/plugins/{id}/versions",
  access: "read",
  tags: ["Plugins"],
  summary: "The versions that can be rolled back to, newest first",
  request: { params: IdParam },
  responses: { 200: json(z.object({ versions: z.array(VersionView) }), "At most twenty") },
});

const runs = defineRoute({
  method: "get",
  path: "/api/v2/plugins/{id}/runs",
  access: "read",
  tags: ["Plugins"],
  summary: "The run log, newest first",
  description: "Runs are kept for thirty days. Of validators only runs that failed are written down.",
  request: { params: IdParam, query: ListQuery },
  responses: { 200: json(listOf("runs", RunView), "A page of runs") },
});

export const read = newApp()
  .openapi(list, async (c) => {
    const { items, nextCursor } = await listPlugins(c.get("ctx"), c.req.valid("query"));
    return c.json({ plugins: items.map(toPluginView), next_cursor: nextCursor }, 200);
  })
  .openapi(offered, async (c) => {
    const offers = await listOffers(c.get("ctx"));
    return c.json({ plugins: offers.map(({ name, declared }) => ({ name, ...toDeclaredView(declared) })) }, 200);
  })
  .openapi(get, async (c) => {
    const plugin = await getPlugin(c.get("ctx"), c.req.valid("param").id);
    return c.json({ ...toPluginView(plugin), source: plugin.source }, 200);
  })
  .openapi(versions, async (c) => {
    const found = await listPluginVersions(c.get("ctx"), c.req.valid("param").id);
    const shown = found.map(({ version, mode, config, createdBy, createdAt }) => ({
      version,
      mode,
      config,
      created_by: createdBy,
      created_at: isoTime(createdAt),
    }));
    return c.json({ versions: shown }, 200);
  })
  .openapi(runs, async (c) => {
    const { items, nextCursor } = await listRuns(c.get("ctx"), { id: c.req.valid("param").id, ...c.req.valid("query") });
    return c.json({ runs: items.map(toRunView), next_cursor: nextCursor }, 200);
  });
