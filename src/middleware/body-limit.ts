// Bodies over 1 MiB are refused, whatever they claim to be; the few routes that take files say how large those may be.

import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { TooLargeError } from "../shared/errors";
import type { AppEnv } from "./app-types";

const MAX_BODY_BYTES = 1024 * 1024;
/** Path and bytes. */
const LARGER: readonly (readonly [RegExp, number])[] = [
  [/^\/api\/v2\/reports\/templates\/[^/]+\/file$/, 5 * MAX_BODY_BYTES],
  // The page of a form, with files.
  [/^\/f\/[^/]+$/, 16 * MAX_BODY_BYTES],
];
const DIGITS = /^\d{1,15}$/;

/** Read as a stream and counted by whoever reads it; no route takes more without saying so in its description. */
const OWN_LIMIT = /^\/api\/v1\/forms\/[^/]+\/(?:imports|uploads|uploads\/[^/]+\/parts\/\d+)$/;

const counted = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => refuse(MAX_BODY_BYTES) });

/** Hono's own asks for the body first, which makes a stream of it that nobody reads; a length that is given says enough. */
export const limitBody = createMiddleware<AppEnv>(async function bodyLimited(c, next) {
  const { method } = c.req;
  if (method === "GET" || method === "HEAD") return next();
  if ((method === "POST" || method === "PUT") && OWN_LIMIT.test(c.req.path)) return next();
  const most = LARGER.find(([path]) => path.test(c.req.path))?.[1] ?? MAX_BODY_BYTES;
  const length = c.req.header("Content-Length");
  if (length === undefined || !DIGITS.test(length) || c.req.header("Transfer-Encoding") !== undefined) {
    return most === MAX_BODY_BYTES ? counted(c, next) : bodyLimit({ maxSize: most, onError: () => refuse(most) })(c, next);
  }
  if (Number(length) > most) refuse(most);
  await next();
});

function refuse(most: number): never {
  throw new TooLargeError(`The body is larger than ${most / MAX_BODY_BYTES} MiB.`);
}
