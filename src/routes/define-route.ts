// Every route of the API is made here, so that none can forget who may call it: `access` is enforced before the input is
// even parsed, and stands in the OpenAPI document as `x-access`, where the isolation suite reads it.
import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../middleware/app-types";
import { BOOKMARK_HEADER, bookmarkWrite, readNearby } from "../middleware/bookmarks";
import { idempotent } from "../middleware/idempotency";
import { requireAccess } from "../middleware/identity";
import { parseJsonOnce } from "../middleware/json-body";
import { openLocally, requireOperator } from "../middleware/operator";
import { rateLimit } from "../middleware/rate-limit";
import type { Permission } from "../shared/context";

/** `public`: nobody asks. `person`: signed in, whatever the workspace. `operator`: who runs the service. Else a permission within one workspace. */
export type Access = "public" | "person" | "operator" | Permission;

const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string(), code: z.string(), line: z.int().optional(), column: z.int().optional() }))
      .optional(),
  })
  .openapi("Problem");

const problem = (description: string) => ({ description, content: { "application/problem+json": { schema: ProblemSchema } } });

export const json = <S extends z.ZodType>(schema: S, description: string) => ({ description, content: { "application/json": { schema } } });
/** The example is what readers copy, and what the isolation suite sends. */
export const jsonBody = <S extends z.ZodType>(schema: S, example?: unknown) => ({
  required: true,
  content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } },
});

type Definition = RouteConfig & {
  access: Access;
  /** The route keeps its own idempotency keys; the common ones stay out of its way. */
  ownIdempotency?: boolean;
  /** No credentials are needed on the developer's own machine. */
  openLocally?: boolean;
  /** A read that a replica of the control plane may answer, for who sends a bookmark. Never one that fills a cache. */
  mayLag?: boolean;
  /** Counted with the guessable things, by address of the client, instead of with what `access` says. */
  bucket?: "auth";
  /** Failures beyond those that every route of its kind can answer with: status and what it means here. */
  alsoFails?: Readonly<Record<number, string>>;
};

const MAY_LAG = `Send the \`${BOOKMARK_HEADER}\` of your last reply (\`none\` at first) to be answered by a database near you that has seen all that you have.`;

export function defineRoute<P extends string, R extends Definition & { path: P }>({
  access,
  ownIdempotency = false,
  openLocally: isOpenLocally = false,
  mayLag = false,
  bucket,
  alsoFails = {},
  ...config
}: R) {
  const hasBody = config.request?.body !== undefined;
  const middleware: MiddlewareHandler<AppEnv>[] = [rateLimit(access, bucket), guardOf(access, isOpenLocally)];
  if (mayLag) middleware.push(readNearby);
  else if (config.method !== "get" && access !== "public" && access !== "operator") middleware.push(bookmarkWrite);
  if (hasBody) middleware.push(parseJsonOnce);
  if (config.method !== "get" && access !== "public" && !ownIdempotency) middleware.push(idempotent);
  const route = {
    ...config,
    ...(mayLag ? { description: [config.description, MAY_LAG].filter((part) => part !== undefined).join(" ") } : {}),
    "x-access": access,
    security: access === "public" ? [] : access === "operator" ? [{ operator: [] }] : [{ apiKey: [] }, { session: [] }],
    middleware,
    responses: { ...config.responses, ...failures(access, hasBody, config.method !== "get"), ...described(alsoFails) },
  };
  // Handlers only ever answer what the caller wrote; failures are thrown. So the type stays the caller's own.
  return createRoute<P, R>(route as unknown as R);
}

function guardOf(access: Access, isOpenLocally: boolean): MiddlewareHandler<AppEnv> {
  if (access === "operator") return requireOperator;
  return isOpenLocally ? openLocally(requireAccess(access)) : requireAccess(access);
}

function described(failing: Readonly<Record<number, string>>): Record<string, ReturnType<typeof problem>> {
  return Object.fromEntries(Object.entries(failing).map(([status, meaning]) => [status, problem(meaning)]));
}

function failures(access: Access, hasBody: boolean, writes: boolean): Record<string, ReturnType<typeof problem>> {
  return {
    ...(access === "public"
      ? {}
      : { 401: problem("No credentials, or none that are valid"), 403: problem("The role or scope does not allow it") }),
    ...(hasBody
      ? { 400: problem("The body is not JSON"), 413: problem("The body is too large"), 415: problem("The body is not JSON by its type") }
      : {}),
    ...(writes && access !== "public" ? { 409: problem("Not in the state it is in, or an Idempotency-Key used twice") } : {}),
    404: problem("Unknown, or another workspace's"),
    422: problem("Well-formed but not valid; `errors` says where"),
    429: problem("Too many requests; see Retry-After"),
  };
}
