// Who used which Idempotency-Key, and what they were answered. A key is claimed before the work and filled in after it.
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { idempotencyKeys } from "./schema";

export const KEPT_MS = 24 * 60 * 60 * 1000;
/** A claim without an answer for this long belongs to a request that died; the next try may take it over. */
const ABANDONED_MS = 60 * 1000;
const FORGOTTEN_AT_ONCE = 5_000;

export interface IdempotencyClaim {
  workspaceId: string;
  actorId: string;
  key: string;
  requestHash: string;
}

export type ClaimOutcome =
  | { kind: "mine"; claimedAt: number }
  | { kind: "under_way" }
  | { kind: "other_request" }
  | { kind: "answered"; status: number; reply: string };

export async function claimKey(ctx: ServiceContext, claim: IdempotencyClaim): Promise<ClaimOutcome> {
  const now = ctx.now();
  const reclaimable = or(
    lt(idempotencyKeys.claimedAt, now - KEPT_MS),
    and(isNull(idempotencyKeys.status), lt(idempotencyKeys.claimedAt, now - ABANDONED_MS)),
  );
  const [mine] = await ctx.db
    .insert(idempotencyKeys)
    .values({ ...claim, claimedAt: now })
    .onConflictDoUpdate({
      target: [idempotencyKeys.workspaceId, idempotencyKeys.actorId, idempotencyKeys.key],
      set: { requestHash: claim.requestHash, claimedAt: now, status: null, reply: null },
      setWhere: reclaimable,
    })
    .returning({ claimedAt: idempotencyKeys.claimedAt });
  if (mine !== undefined) return { kind: "mine", claimedAt: mine.claimedAt };
  const row = await ctx.db.select().from(idempotencyKeys).where(whereClaim(claim)).get();
  if (row === undefined) return { kind: "under_way" };
  if (row.requestHash !== claim.requestHash) return { kind: "other_request" };
  if (row.status === null || row.reply === null) return { kind: "under_way" };
  return { kind: "answered", status: row.status, reply: row.reply };
}

/** Only the holder of the claim writes; one that was taken over meanwhile leaves the newer answer alone. */
export async function answerKey(
  ctx: ServiceContext,
  claim: IdempotencyClaim,
  claimedAt: number,
  status: number,
  reply: string,
): Promise<void> {
  await ctx.db
    .update(idempotencyKeys)
    .set({ status, reply })
    .where(and(whereClaim(claim), eq(idempotencyKeys.claimedAt, claimedAt)));
}

/** The work did not happen, so the key is free again. */
export async function releaseKey(ctx: ServiceContext, claim: IdempotencyClaim, claimedAt: number): Promise<void> {
  await ctx.db.delete(idempotencyKeys).where(and(whereClaim(claim), eq(idempotencyKeys.claimedAt, claimedAt)));
}

/** For the nightly cron; bounded, so that one run never holds the database long. */
export async function forgetOldKeys(ctx: ServiceContext): Promise<void> {
  await ctx.db.run(sql`
    DELETE FROM idempotency_keys WHERE (workspace_id, actor_id, key) IN (
      SELECT workspace_id, actor_id, key FROM idempotency_keys WHERE claimed_at < ${ctx.now() - KEPT_MS} LIMIT ${FORGOTTEN_AT_ONCE})`);
}

function whereClaim(claim: IdempotencyClaim) {
  return and(
    eq(idempotencyKeys.workspaceId, claim.workspaceId),
    eq(idempotencyKeys.actorId, claim.actorId),
    eq(idempotencyKeys.key, claim.key),
  );
}
