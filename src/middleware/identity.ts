import { createMiddleware } from "hono/factory";
import { identifyKey } from "../accounts";
import { assertCan, type Permission } from "../shared/context";
import { UnauthenticatedError } from "../shared/errors";
import type { AppEnv } from "./app-types";

/** Puts the actor into the context when credentials are given; says nothing yet about what they allow. */
export const identity = createMiddleware<AppEnv>(async (c, next) => {
  const ctx = c.get("ctx");
  const key = c.req.header("X-API-Key") ?? bearer(c.req.header("Authorization"));
  if (key !== undefined) {
    const actor = await identifyKey(ctx, key);
    c.set("ctx", withActor(ctx, actor));
  }
  await next();
});

export function requireAccess(access: "public" | "person" | Permission) {
  return createMiddleware<AppEnv>(async function accessRequired(c, next) {
    const ctx = c.get("ctx");
    if (access === "person") {
      if (ctx.actor.kind !== "person" && ctx.actor.kind !== "member") throw new UnauthenticatedError("This needs a signed-in person.");
    } else if (access !== "public") {
      assertCan(ctx, access);
    }
    await next();
  });
}

function withActor<C extends AppEnv["Variables"]["ctx"]>(ctx: C, actor: C["actor"]): C {
  return { ...ctx, actor, ...("workspaceId" in actor ? { workspaceId: actor.workspaceId } : {}) };
}

function bearer(header: string | undefined): string | undefined {
  return header?.match(/^Bearer\s+(\S+)$/i)?.[1];
}
