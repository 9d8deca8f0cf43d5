import { z } from "@hono/zod-openapi";
import { getPublishedForm } from "../../forms";
import { noteView, startVisit } from "../../responses";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { FormIdParam } from "./shapes";

const startRoute = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/starts",
  access: "public",
  tags: ["Responses"],
  summary: "Say that somebody has begun to fill in",
  description:
    "Counts the start and gives a token to send with the response, which proves when it began. On a form with a quota it holds a place for a while.",
  request: { params: FormIdParam },
  responses: {
    201: json(
      z.object({ start_token: z.string(), started_at: z.iso.datetime(), place_held_until: z.iso.datetime().nullable() }).openapi("Start"),
      "Counted",
    ),
    409: { description: "All places are taken" },
    410: { description: "The form is closed" },
  },
});

const viewRoute = defineRoute({
  method: "post",
  path: "/api/v1/forms/{id}/views",
  access: "public",
  tags: ["Responses"],
  summary: "Say that the form was shown to somebody",
  description: "For pages of your own; our own page counts by itself. Counted within seconds.",
  request: { params: FormIdParam },
  responses: { 204: { description: "Noted" } },
});

export const visits = newApp()
  .openapi(startRoute, async (c) => {
    const { token, startedAt, placeHeldUntil } = await startVisit(c.get("ctx"), c.req.valid("param").id, c.req.header("Origin") ?? null);
    const held = isoTime(placeHeldUntil);
    return c.json({ start_token: token, started_at: isoTime(startedAt), place_held_until: held }, 201);
  })
  .openapi(viewRoute, async (c) => {
    const ctx = c.get("ctx");
    noteView(ctx, await getPublishedForm(ctx, c.req.valid("param").id));
    return c.body(null, 204);
  });
