import type { Context } from "hono";
import { getSignedCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { assertPerson, identifyKey, identifySession, sessionCookieName } from "../accounts";
import { type Actor, assertCan, type Permission, type ServiceContext } from "../shared/context";
import { ForbiddenError, UnauthenticatedError } from "../shared/errors";
import type { AppEnv } from "./app-types";
import { drawFrom } from "./rate-limit";

const MAX_ID = 64;

/** Puts the actor into the context when credentials are given; says nothing yet about what they allow. */
export const identity = createMiddleware<AppEnv>(async (c, next) => {
  const key = c.req.header("X-API-Key") ?? bearer(c.req.header("Authorization"));
  const actor = key === undefined ? await fromCookie(c) : await fromKey(c.get("ctx"), key);
  if (actor !== null) c.set("ctx", withActor(c.get("ctx"), actor));
  await next();
});

export function requireAccess(access: "public" | "person" | Permission) {
  return createMiddleware<AppEnv>(async function accessRequired(c, next) {
    const ctx = c.get("ctx");
    if (access === "person") assertPerson(ctx);
    else if (access !== "public") assertCan(ctx, access);
    await next();
  });
}

/** A wrong key draws from the bucket of guesses: looking one up costs a read, and nobody has a good reason to try thirty. */
async function fromKey(ctx: ServiceContext, key: string): Promise<Actor> {
  try {
    return await identifyKey(ctx, key);
  } catch (error) {
    if (error instanceof UnauthenticatedError) await drawFrom(ctx, "auth");
    throw error;
  }
}

async function fromCookie(c: Context<AppEnv>): Promise<Actor | null> {
  const token = await sessionToken(c);
  if (token === null) return null;
  refuseForeignOrigin(c);
  const wanted = c.req.header("X-Workspace-Id")?.slice(0, MAX_ID) ?? null;
  return identifySession(c.get("ctx"), token, wanted);
}

async function sessionToken(c: Context<AppEnv>): Promise<string | null> {
  const name = sessionCookieName(c.env);
  // Without the name in the header there is nothing to verify, and most requests carry no cookie at all.
  if (!c.req.header("Cookie")?.includes(name)) return null;
  for (const secret of [c.env.APP_SECRET, c.env.APP_SECRET_PREVIOUS]) {
    const token = secret ? await getSignedCookie(c, secret, name) : undefined;
    if (token) return token;
  }
  return null;
}

/**
 * A browser sends the cookie whoever made it send the request. Anything that changes state must come from our own pages; so
 * must a WebSocket, which is a GET that no CORS rule holds back. Programs that send neither header are no browsers, and nobody
 * else can make them send a cookie.
 */
function refuseForeignOrigin(c: Context<AppEnv>): void {
  const reads = ["GET", "HEAD", "OPTIONS"].includes(c.req.method);
  if (reads && c.req.header("Upgrade") === undefined) return;
  const origin = c.req.header("Origin");
  const ours = [new URL(c.req.url).origin, new URL(c.env.PUBLIC_URL).origin];
  const site = c.req.header("Sec-Fetch-Site");
  const foreign = origin !== undefined ? !ours.includes(origin) : site !== undefined && site !== "same-origin" && site !== "none";
  if (foreign) throw new ForbiddenError("A signed-in request from another origin is refused.", { reason: "foreign_origin" });
}

function withActor<C extends AppEnv["Variables"]["ctx"]>(ctx: C, actor: C["actor"]): C {
  return { ...ctx, actor, ...("workspaceId" in actor ? { workspaceId: actor.workspaceId } : {}) };
}

function bearer(header: string | undefined): string | undefined {
  return header?.match(/^Bearer\s+(\S+)$/i)?.[1];
}
