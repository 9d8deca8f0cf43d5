// Bodies over 1 MiB are refused, whatever they claim to be.

import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { TooLargeError } from "../shared/errors";
import type { AppEnv } from "./app-types";

const MAX_BODY_BYTES = 1024 * 1024;
const DIGITS = /^\d{1,15}$/;

const counted = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuse });

/** Hono's own asks for the body first, which makes a stream of it that nobody reads; a length that is given says enough. */
export const limitBody = createMiddleware<AppEnv>(async function bodyLimited(c, next) {
  const { method } = c.req;
  if (method === "GET" || method === "HEAD") return next();
  const length = c.req.header("Content-Length");
  if (length === undefined || !DIGITS.test(length) || c.req.header("Transfer-Encoding") !== undefined) return counted(c, next);
  if (Number(length) > MAX_BODY_BYTES) refuse();
  await next();
});

function refuse(): never {
  throw new TooLargeError("The body is larger than 1 MiB.");
}
