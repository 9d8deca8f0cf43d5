import { z } from "@hono/zod-openapi";
import { finishGoogle, hasGoogle, startGoogle } from "../../accounts";
import { passCookies } from "../../middleware/cookies";
import { rateLimit } from "../../middleware/rate-limit";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";

const waysRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/ways",
  access: "public",
  tags: ["Signing in"],
  summary: "Which ways to sign in are switched on",
  responses: { 200: json(z.object({ password: z.literal(true), google: z.boolean() }), "The ways") },
});

const startRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/google",
  access: "public",
  bucket: "auth",
  tags: ["Signing in"],
  summary: "Begin signing in with Google",
  description:
    "Send the browser to `url`. It comes back signed in, at `redirect_to`, a path of this site. 404 while it is not switched on.",
  request: {
    body: jsonBody(
      z.strictObject({ redirect_to: z.string().max(500).optional() }).openapi("GoogleSignIn", { example: { redirect_to: "/" } }),
    ),
  },
  responses: { 200: json(z.object({ url: z.string() }), "Where to send the browser") },
});

export const google = newApp()
  .openapi(waysRoute, (c) => c.json({ password: true as const, google: hasGoogle(c.env) }, 200))
  .openapi(startRoute, async (c) => {
    const { url, cookies } = await startGoogle(c.get("ctx"), c.req.valid("json").redirect_to);
    passCookies(c, cookies);
    return c.json({ url }, 200);
  });

// Not part of the documented API: Google is its only caller, by way of the browser.
google.get("/api/auth/callback/google", rateLimit("public", "auth"), async (c) => finishGoogle(c.get("ctx"), c.req.raw));
