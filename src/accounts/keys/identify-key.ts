// Who is asking: an API key or a signed-in person. Wrong credentials are an error, never a quiet "anonymous".
import { and, eq, isNull } from "drizzle-orm";
import type { Actor, Scope, ServiceContext } from "../shared/context";
import { sha256Hex } from "../shared/crypto";
import { UnauthenticatedError } from "../shared/errors";
import { tables } from "../store";

const { apiKeys } = tables;
export const KEY_PREFIX = "hw_";

export async function identifyKey(ctx: ServiceContext, key: string): Promise<Actor> {
  const row = key.startsWith(KEY_PREFIX)
    ? await ctx.db
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.hash, await sha256Hex(key)), isNull(apiKeys.revokedAt)))
        .get()
    : undefined;
  if (row === undefined || (row.expiresAt !== null && row.expiresAt <= ctx.now())) {
    throw new UnauthenticatedError("The API key is unknown, revoked or expired.");
  }
  return { kind: "key", keyId: row.id, workspaceId: row.workspaceId, scopes: row.scopes as Scope[] };
}
