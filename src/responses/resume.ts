// Continuing a partial response. Its token is `<response id>.<shard>.<secret>`; the ledger keeps a digest of the secret.
import { createHmac } from "node:crypto";
import { idPattern } from "../shared/ids";
import { ledgerOf } from "./ledger/api";
import { newSalt } from "./ledger/chain";
import type { SavedPartial } from "./ledger/types";
import { digest } from "./meta";
import { refusalError } from "./refusals";
import { MAX_SHARDS } from "./shards";

export interface Resumption {
  partial: SavedPartial;
  secret: string;
  shard: number;
}

const RESPONSE_ID = idPattern("response");

export function makeResumeToken(responseId: string, shard: number, secret: string): string {
  return `${responseId}.${shard}.${secret}`;
}

interface Repeatable {
  key: string;
  body: string;
}

/** Whoever guesses a short key together with the body would be handed somebody else's answers. */
const MIN_KEY_LENGTH = 16;

/** The same for each repeat of a save, so that a respondent whose first reply was lost is not left without a token. */
export function newResumeSecret(env: Pick<Env, "APP_SECRET">, formId: string, repeatable: Repeatable | undefined): string {
  if (repeatable === undefined || repeatable.key.length < MIN_KEY_LENGTH) return newSalt();
  const facts = JSON.stringify([formId, repeatable.key, repeatable.body]);
  return createHmac("sha256", env.APP_SECRET).update(`resume:${facts}`).digest("hex").slice(0, 32);
}

/** The token of the first reply, for a repeat. Null when it cannot be told again, or continues nothing any more. */
export async function firstResumeToken(
  env: Pick<Env, "APP_SECRET" | "LEDGER">,
  formId: string,
  shard: number,
  responseId: string,
  repeatable: Repeatable | undefined,
): Promise<string | null> {
  const secret = newResumeSecret(env, formId, repeatable);
  const saved = await ledgerOf(env, formId, shard).savedPartial(responseId, digest(secret));
  return saved === null ? null : makeResumeToken(responseId, shard, secret);
}

/** Null for what cannot be a token of ours. */
export function shardOfResumeToken(token: string): number | null {
  const [responseId = "", shard = "", secret = ""] = token.split(".");
  const wellFormed = RESPONSE_ID.test(responseId) && /^\d{1,2}$/.test(shard) && Number(shard) < MAX_SHARDS && secret !== "";
  return wellFormed ? Number(shard) : null;
}

export async function resumeFrom(env: Pick<Env, "LEDGER">, formId: string, token: string): Promise<Resumption> {
  const shard = shardOfResumeToken(token);
  if (shard === null) throw refusalError("unknown_resume_token");
  const [responseId = "", , secret = ""] = token.split(".");
  const partial = await ledgerOf(env, formId, shard).savedPartial(responseId, digest(secret));
  if (partial === null) throw refusalError("unknown_resume_token");
  if (partial === "already_complete") throw refusalError("already_complete");
  return { partial, secret, shard };
}
