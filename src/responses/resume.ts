// Continuing a partial response. Its token is `<response id>.<shard>.<secret>`; the ledger keeps a digest of the secret.
import { idPattern } from "../shared/ids";
import { ledgerOf } from "./ledger/api";
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
