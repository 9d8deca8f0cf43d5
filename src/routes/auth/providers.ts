import { z } from "@hono/zod-openapi";
import { finishAtProvider, GOOGLE, hasGoogle, readOidcProviders, startAtProvider } from "../../accounts";
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
  responses: {
    200: json(
      z.object({ password: z.literal(true), google: z.boolean(), oidc: z.array(z.object({ id: z.string(), name: z.string() })) }),
      "The ways",
    ),
  },
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

const oidcRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/oidc/{provider}",
  access: "public",
  bucket: "auth",
  tags: ["Signing in"],
  summary: "Begin signing in with another provider",
  description: "Providers are listed by `GET /api/v1/auth/ways`. Send the browser to `url`, as with Google.",
  request: {
    params: z.object({ provider: z.string().max(64).openapi({ example: "acme" }) }),
    body: jsonBody(z.strictObject({ redirect_to: z.string().max(500).optional() }), { redirect_to: "/" }),
  },
  responses: { 200: json(z.object({ url: z.string() }), "Where to send the browser") },
});

const namesOf = (env: Env) => readOidcProviders(env).providers.map(({ id, name }) => ({ id, name }));

export const providers = newApp()
  .openapi(waysRoute, (c) => c.json({ password: true as const, google: hasGoogle(c.env), oidc: namesOf(c.env) }, 200))
  .openapi(startRoute, async (c) => {
    const { url, cookies } = await startAtProvider(c.get("ctx"), GOOGLE, c.req.valid("json").redirect_to);
    passCookies(c, cookies);
    return c.json({ url }, 200);
  })
  .openapi(oidcRoute, async (c) => {
    const { url, cookies } = await startAtProvider(c.get("ctx"), c.req.valid("param").provider, c.req.valid("json").redirect_to);
    passCookies(c, cookies);
    return c.json({ url }, 200);
  });

// Not part of the documented API: providers are the only callers, by way of the browser.
providers.get("/api/auth/callback/:provider", rateLimit("public", "auth"), async (c) =>
  finishAtProvider(c.get("ctx"), c.req.param("provider"), c.req.raw),
);
