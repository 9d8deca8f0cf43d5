// The document is made from the schemas that validate, once per isolate.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../middleware/app-types";

const TAGS = [
  "Forms",
  "Responses",
  "Analytics",
  "Signing in",
  "Sessions",
  "Workspaces",
  "Members",
  "Invitations",
  "API keys",
  "Audit",
  "Operations",
].map((name) => ({ name }));

const INFO = {
  openapi: "3.1.0",
  tags: TAGS,
  info: {
    title: "Headwater",
    version: "1.0.0",
    description:
      "Publish forms, take answers without losing one, ask questions of them. Send an API key as `Authorization: Bearer <key>`. " +
      "Errors are `application/problem+json`; lists are paged by an opaque `cursor`; writes accept an `Idempotency-Key`.",
    license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
  },
};

export function mountOpenApi(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key of the workspace. `X-API-Key` works as well.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "headwater.session_token",
    description: "A signed-in person's session.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "operator", {
    type: "apiKey",
    in: "header",
    name: "X-Operator-Token",
    description: "Who runs the service. Such routes are there only where the secret OPERATOR_TOKEN is set.",
  });
  let document: string | undefined;
  app.get("/api/openapi.json", (c) => {
    document ??= JSON.stringify(app.getOpenAPI31Document({ ...INFO, servers: [{ url: c.env.PUBLIC_URL }] }));
    return c.body(document, 200, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "public, max-age=60" });
  });
}
