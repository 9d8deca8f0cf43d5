import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { assertCan, type Scope, type ServiceContext, type WorkspaceContext } from "../../shared/context";
import { randomToken, sha256Hex } from "../../shared/crypto";
import { ConflictError, InvalidError, NotFoundError } from "../../shared/errors";
import { newId } from "../../shared/ids";
import { decodeCursor, type Page, toPage } from "../../shared/lists";
import { tables } from "../../store";
import { auditIfChanged } from "../../store/audit";
import { forgetKey, KEY_PREFIX } from "./identify-key";

const { apiKeys } = tables;
const KEY_BYTES = 24;
const HINT_LENGTH = KEY_PREFIX.length + 5;
const MAX_LIVE_KEYS = 200;

export type ApiKey = Omit<typeof apiKeys.$inferSelect, "hash" | "scopes"> & { scopes: Scope[] };

export interface CreateKeyInput {
  name: string;
  scopes: Scope[];
  expiresAt?: number;
}

/** The key itself is in the answer and nowhere else. */
export async function createKey(ctx: ServiceContext, input: CreateKeyInput): Promise<ApiKey & { key: string }> {
  assertCan(ctx, "manage");
  const now = ctx.now();
  if (input.expiresAt !== undefined && input.expiresAt <= now) {
    throw new InvalidError("The key would have expired already.", [
      { path: "expires_at", message: "Must be in the future.", code: "in_the_past" },
    ]);
  }
  const live = await ctx.db
    .select({ n: sql<number>`count(*)` })
    .from(apiKeys)
    .where(and(eq(apiKeys.workspaceId, ctx.workspaceId), isNull(apiKeys.revokedAt)))
    .get();
  if ((live?.n ?? 0) >= MAX_LIVE_KEYS) throw new ConflictError(`There are ${MAX_LIVE_KEYS} keys already; revoke some first.`, "too_many");
  const key = `${KEY_PREFIX}${randomToken(KEY_BYTES)}`;
  const row: ApiKey = {
    id: newId("apiKey", now),
    workspaceId: ctx.workspaceId,
    name: input.name,
    hint: key.slice(0, HINT_LENGTH),
    scopes: [...new Set(input.scopes)],
    createdBy: "userId" in ctx.actor ? ctx.actor.userId : "headwater",
    createdAt: now,
    lastUsedAt: null,
    expiresAt: input.expiresAt ?? null,
    revokedAt: null,
  };
  await ctx.db.batch([
    ctx.db.insert(apiKeys).values({ ...row, hash: await sha256Hex(key) }),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "api_key.created",
      targetKind: "api_key",
      targetId: row.id,
      details: { name: row.name, scopes: row.scopes, expires_at: row.expiresAt },
    }),
  ]);
  return { ...row, key };
}

/** Revoked keys stay in the list: they are what old audit rows speak of. */
export async function listKeys(ctx: ServiceContext, input: { limit: number; cursor?: string }): Promise<Page<ApiKey>> {
  assertCan(ctx, "manage");
  const before = decodeCursor(input.cursor, 1);
  const rows = await ctx.db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.workspaceId, ctx.workspaceId), before ? lt(apiKeys.id, String(before[0])) : undefined))
    .orderBy(desc(apiKeys.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => [row.id]);
  return { ...page, items: page.items.map(withoutHash) };
}

export async function renameKey(ctx: ServiceContext, input: { id: string; name: string }): Promise<ApiKey> {
  assertCan(ctx, "manage");
  const [changed] = await ctx.db.batch([
    ctx.db.update(apiKeys).set({ name: input.name }).where(liveKey(ctx, input.id)).returning(),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "api_key.renamed",
      targetKind: "api_key",
      targetId: input.id,
      details: { name: input.name },
    }),
  ]);
  return withoutHash(await orExplain(ctx, input.id, changed[0]));
}

export async function revokeKey(ctx: ServiceContext, id: string): Promise<void> {
  assertCan(ctx, "manage");
  const [changed] = await ctx.db.batch([
    ctx.db.update(apiKeys).set({ revokedAt: ctx.now() }).where(liveKey(ctx, id)).returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: "api_key.revoked", targetKind: "api_key", targetId: id }),
  ]);
  await orExplain(ctx, id, changed[0]);
  forgetKey(id);
}

type KeyRow = typeof apiKeys.$inferSelect;

function liveKey(ctx: WorkspaceContext, id: string) {
  return and(eq(apiKeys.workspaceId, ctx.workspaceId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt));
}

async function orExplain(ctx: WorkspaceContext, id: string, changed: KeyRow | undefined): Promise<KeyRow> {
  if (changed !== undefined) return changed;
  const row = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.workspaceId, ctx.workspaceId), eq(apiKeys.id, id)))
    .get();
  throw row === undefined ? new NotFoundError("The API key") : new ConflictError("The API key is revoked.", "key_revoked");
}

function withoutHash({ hash: _, ...row }: KeyRow): ApiKey {
  return { ...row, scopes: row.scopes as Scope[] };
}
