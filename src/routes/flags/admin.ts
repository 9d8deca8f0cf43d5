// The operator's side of feature flags. Present only where the secret OPERATOR_TOKEN is set.
import { z } from "@hono/zod-openapi";
import { FLAG_KEYS, type Flag, listAllFlags, setFlag } from "../../flags";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";

const MAX_LISTED = 1_000;
const WorkspaceIds = z.array(z.string().regex(/^ws_[0-9a-z]{1,40}$/)).max(MAX_LISTED);

const FlagState = z
  .object({
    enabled: z.boolean().openapi({ description: "Off is off for everybody." }),
    percentage: z.number().min(0).max(100).default(100).openapi({ description: "Of all workspaces; raising it never turns one off." }),
    allowed: WorkspaceIds.default([]).openapi({ description: "On for these whatever the percentage." }),
    blocked: WorkspaceIds.default([]).openapi({ description: "Off for these; stronger than `allowed`." }),
  })
  .strict();

const FlagView = FlagState.extend({
  key: z.enum(FLAG_KEYS),
  description: z.string(),
  updated_at: z.iso.datetime().nullable(),
}).openapi("Flag");

const view = ({ key, description, enabled, percentage, allowed, blocked, updatedAt }: Flag) => ({
  key,
  description,
  enabled,
  percentage,
  allowed: [...allowed],
  blocked: [...blocked],
  updated_at: updatedAt === null ? null : new Date(updatedAt).toISOString(),
});

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/admin/flags",
  access: "operator",
  tags: ["Operations"],
  summary: "Every feature flag and whom it is on for",
  responses: { 200: json(z.object({ flags: z.array(FlagView) }), "The flags") },
});

const setRoute = defineRoute({
  method: "put",
  path: "/api/v1/admin/flags/{key}",
  access: "operator",
  tags: ["Operations"],
  summary: "Set a feature flag",
  description: "Seen at once where it is set, and everywhere within two seconds.",
  request: {
    params: z.object({ key: z.enum(FLAG_KEYS) }),
    body: jsonBody(FlagState.openapi("SetFlag", { example: { enabled: true, percentage: 25, allowed: [], blocked: [] } })),
  },
  responses: { 200: json(FlagView, "The flag as it is now") },
});

export const adminFlags = newApp()
  .openapi(listRoute, async (c) => c.json({ flags: (await listAllFlags(c.get("ctx"))).map(view) }, 200))
  .openapi(setRoute, async (c) => c.json(view(await setFlag(c.get("ctx"), c.req.valid("param").key, c.req.valid("json"))), 200));
