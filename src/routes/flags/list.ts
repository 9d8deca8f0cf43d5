import { z } from "@hono/zod-openapi";
import { FLAG_KEYS, listOwnFlags } from "../../flags";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";

const OwnFlags = z
  .object({ flags: z.array(z.object({ key: z.enum(FLAG_KEYS), description: z.string(), enabled: z.boolean() })) })
  .openapi("OwnFlags");

const route = defineRoute({
  method: "get",
  path: "/api/v1/flags",
  access: "read",
  tags: ["Operations"],
  summary: "Which features are on for this workspace",
  responses: { 200: json(OwnFlags, "Every flag there is") },
});

export const listFlags = newApp().openapi(route, async (c) => c.json({ flags: await listOwnFlags(c.get("ctx")) }, 200));
