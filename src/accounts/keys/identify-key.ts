// Who an API key speaks for. Wrong keys are an error, never a quiet "anonymous".
//
// A key is read with every request, so what was found is kept in this isolate's memory for a few seconds. The price: a key that
// is revoked in one place may work for CACHE_MS more in another; in the isolate that revoked it, it stops at once.
import { and, eq, isNull, lt, or } from "drizzle-orm";
import type { Actor, Scope, ServiceContext } from "../../shared/context";
import { sha256Hex } from "../../shared/crypto";
import { UnauthenticatedError } from "../../shared/errors";
import { describeError } from "../../shared/log";
import { tables } from "../../store";

const { apiKeys, workspaces } = tables;
export const KEY_PREFIX = "hw_";
const MAX_KEY_LENGTH = 100;
const CACHE_MS = 5_000;
const MAX_CACHED = 2_000;
const USE_NOTED_EVERY_MS = 60_000;

interface KnownKey {
  id: string;
  workspaceId: string;
  scopes: Scope[];
  expiresAt: number | null;
  lastUsedAt: number | null;
  readAt: number;
}

const known = new Map<string, KnownKey>();

export async function identifyKey(ctx: ServiceContext, key: string): Promise<Actor> {
  const wellFormed = key.startsWith(KEY_PREFIX) && key.length <= MAX_KEY_LENGTH;
  const found = wellFormed ? await findKey(ctx, await sha256Hex(key)) : undefined;
  if (found === undefined || (found.expiresAt !== null && found.expiresAt <= ctx.now())) {
    throw new UnauthenticatedError("The API key is unknown, revoked or expired.");
  }
  noteUse(ctx, found);
  return { kind: "key", keyId: found.id, workspaceId: found.workspaceId, scopes: found.scopes };
}

export function forgetKey(id: string): void {
  for (const [hash, key] of known) if (key.id === id) known.delete(hash);
}

async function findKey(ctx: ServiceContext, hash: string): Promise<KnownKey | undefined> {
  const cached = known.get(hash);
  const age = cached === undefined ? 0 : ctx.now() - cached.readAt;
  if (cached !== undefined && age >= 0 && age < CACHE_MS) return cached;
  const row = await ctx.db
    .select({
      id: apiKeys.id,
      workspaceId: apiKeys.workspaceId,
      scopes: apiKeys.scopes,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
    })
    .from(apiKeys)
    .innerJoin(workspaces, and(eq(workspaces.id, apiKeys.workspaceId), isNull(workspaces.deletedAt)))
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)))
    .get();
  known.delete(hash);
  if (row === undefined) return undefined;
  // A Map keeps its order, so the first is the one read longest ago.
  if (known.size >= MAX_CACHED) known.delete(known.keys().next().value ?? "");
  const key: KnownKey = { ...row, scopes: row.scopes as Scope[], readAt: ctx.now() };
  known.set(hash, key);
  return key;
}

/** At most one write a minute for a key, after the reply; the condition holds across isolates. */
function noteUse(ctx: ServiceContext, key: KnownKey): void {
  const now = ctx.now();
  const before = now - USE_NOTED_EVERY_MS;
  if (key.lastUsedAt !== null && key.lastUsedAt > before) return;
  key.lastUsedAt = now;
  const noted = ctx.db
    .update(apiKeys)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKeys.id, key.id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, before + 1))));
  ctx.defer(noted.catch((error: unknown) => ctx.log.warn("use of a key was not written down", describeError(error))));
}
