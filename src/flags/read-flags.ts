import { inArray } from "drizzle-orm";
import { cached } from "../cache";
import { assertCan, type ServiceContext } from "../shared/context";
import { ForbiddenError } from "../shared/errors";
import { tables } from "../store";
import { type FlagState, isOnFor } from "./decide";
import { FLAG_KEYS, FLAGS, type FlagKey } from "./declared";

const { featureFlags } = tables;
export const FLAGS_TAG = "flags";
const TTL_SECONDS = 3_600;
/** A rollout that stops moving for a day is better than one that falls back to its defaults while the store is away. */
const STALE_SECONDS = 24 * 3_600;

export interface Flag extends FlagState {
  key: FlagKey;
  description: string;
  /** Null while it is as declared. */
  updatedAt: number | null;
}

/** In memory and KV through the cache: asking costs nothing, and a change is seen everywhere within the cache's bound. */
async function loadFlags(ctx: ServiceContext): Promise<readonly Flag[]> {
  const found = await cached(ctx, { key: "flags", tags: [FLAGS_TAG], ttlSeconds: TTL_SECONDS, staleSeconds: STALE_SECONDS }, async () => {
    const rows = await ctx.db.select().from(featureFlags).where(inArray(featureFlags.key, FLAG_KEYS));
    const byKey = new Map(rows.map((row) => [row.key, row]));
    return FLAG_KEYS.map((key): Flag => ({ allowed: [], blocked: [], updatedAt: null, ...FLAGS[key], ...byKey.get(key), key }));
  });
  return found.value;
}

export async function isEnabled(ctx: ServiceContext, key: FlagKey, workspaceId: string): Promise<boolean> {
  const flag = (await loadFlags(ctx)).find((one) => one.key === key);
  return flag !== undefined && isOnFor(key, flag, workspaceId);
}

/** What is on for the caller's own workspace. Not why: percentages and lists are the operator's. */
export async function listOwnFlags(ctx: ServiceContext): Promise<{ key: FlagKey; description: string; enabled: boolean }[]> {
  assertCan(ctx, "read");
  const flags = await loadFlags(ctx);
  return flags.map((flag) => ({ key: flag.key, description: flag.description, enabled: isOnFor(flag.key, flag, ctx.workspaceId) }));
}

export async function listAllFlags(ctx: ServiceContext): Promise<readonly Flag[]> {
  assertOperator(ctx);
  return loadFlags(ctx);
}

export function assertOperator(ctx: ServiceContext): void {
  if (ctx.actor.kind !== "operator") throw new ForbiddenError("Only the operator of the service may do this.");
}
