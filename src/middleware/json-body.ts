// 415 and 400 come before 422: what is not JSON is never looked at by a schema.
import { createMiddleware } from "hono/factory";
import { DomainError } from "../shared/errors";
import type { AppEnv } from "./app-types";

const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;

export const parseJsonOnce = createMiddleware<AppEnv>(async (c, next) => {
  if (!JSON_TYPE.test(c.req.header("Content-Type") ?? "")) {
    throw new DomainError("unsupported_media_type", "Send JSON, with the header Content-Type: application/json.");
  }
  const body: unknown = await c.req.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) throw new DomainError("not_json", `The body is not JSON: ${error.message}`);
    throw error;
  });
  // Hono keeps the text alone, and the validator behind this would parse it again.
  c.req.json = () => Promise.resolve(body) as Promise<never>;
  await next();
});
