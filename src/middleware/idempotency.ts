// `Idempotency-Key` on every write with credentials: the same key and request gets the first reply again, for 24 hours.
// Responses of a form are not handled here: their ledger keeps its own keys, in the transaction that accepts them.
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { ServiceContext } from "../shared/context";
import { openSealed, seal, sha256Hex } from "../shared/crypto";
import { ConflictError, DomainError, InvalidError } from "../shared/errors";
import { answerKey, claimKey, type IdempotencyClaim, releaseKey } from "../store/idempotency";
import type { AppEnv } from "./app-types";

const PURPOSE = "idempotent-reply";
const WELL_FORMED = /^[\x21-\x7e]{1,255}$/;
const RELEASING = new Set([400, 413, 415, 422, 429]);
const KEPT_HEADERS = ["content-type", "location", "etag"];

interface KeptReply {
  headers: Record<string, string>;
  body: string;
}

export const idempotent = createMiddleware<AppEnv>(async (c, next) => {
  const key = c.req.header("Idempotency-Key");
  const ctx = c.get("ctx");
  const owner = ownerOf(ctx);
  if (key === undefined || owner === null) return next();
  if (!WELL_FORMED.test(key)) {
    throw new InvalidError("The Idempotency-Key is not usable.", [
      { path: "Idempotency-Key", message: "Use 1 to 255 visible ASCII characters.", code: "bad_idempotency_key" },
    ]);
  }
  const claim: IdempotencyClaim = { ...owner, key, requestHash: await requestHash(c) };
  const outcome = await claimKey(ctx, claim);
  switch (outcome.kind) {
    case "other_request":
      throw new ConflictError("This Idempotency-Key was already used for another request.", "idempotency_key_reused");
    case "under_way":
      throw new DomainError("conflict", "The first request with this Idempotency-Key is still under way.", {
        reason: "idempotency_in_progress",
        retryAfterSeconds: 1,
      });
    case "answered":
      return replay(JSON.parse(await openSealed(ctx.env, PURPOSE, outcome.reply)), outcome.status);
    case "mine":
      await next();
      await keepReply(ctx, c.res, claim, outcome.claimedAt);
  }
});

async function keepReply(ctx: ServiceContext, response: Response, claim: IdempotencyClaim, claimedAt: number): Promise<void> {
  // Nothing was begun: our failure, a full bucket, or input that was refused at the door. The key stays free for the mended try.
  if (response.status >= 500 || RELEASING.has(response.status)) return releaseKey(ctx, claim, claimedAt);
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const reply: KeptReply = { headers, body: await response.clone().text() };
  await answerKey(ctx, claim, claimedAt, response.status, await seal(ctx.env.APP_SECRET, PURPOSE, JSON.stringify(reply)));
}

function replay(kept: KeptReply, status: number): Response {
  const body = status === 204 || status === 304 ? null : kept.body;
  return new Response(body, { status, headers: { ...kept.headers, "Cache-Control": "no-store", "Idempotency-Replayed": "true" } });
}

async function requestHash(c: Context<AppEnv>): Promise<string> {
  return sha256Hex(`${c.req.method}\n${new URL(c.req.url).pathname}\n${await c.req.text()}`);
}

function ownerOf({ actor }: ServiceContext): { workspaceId: string; actorId: string } | null {
  switch (actor.kind) {
    case "key":
      return { workspaceId: actor.workspaceId, actorId: actor.keyId };
    case "member":
      return { workspaceId: actor.workspaceId, actorId: actor.userId };
    case "person":
      return { workspaceId: "", actorId: actor.userId };
    case "anonymous":
    case "operator":
    case "system":
      return null;
  }
}
