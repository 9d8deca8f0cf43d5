// Whether a submit is a repeat of one that went to another ledger, because the form was spread differently then.
import { ledgerOf } from "./ledger/api";
import type { AcceptRequest, Outcome } from "./ledger/types";
import type { Route } from "./shards";

export async function firstReplyAmong(
  env: Pick<Env, "LEDGER">,
  formId: string,
  { before, moving }: Pick<Route, "before" | "moving">,
  { key, fingerprint }: NonNullable<AcceptRequest["idempotency"]>,
): Promise<Outcome | null> {
  const asked = before.map((shard) => {
    const ledger = ledgerOf(env, formId, shard);
    // Writes, so that the same submit cannot still be taken there after it was asked for; hence only while one may be on its way.
    return moving ? ledger.handOver(key, fingerprint) : ledger.replay(key, fingerprint);
  });
  const known = (await Promise.all(asked)).filter((outcome) => outcome !== null && !isMoved(outcome));
  return known.find((outcome) => outcome?.kind === "replayed") ?? known[0] ?? null;
}

function isMoved(outcome: Outcome): boolean {
  return outcome.kind === "refused" && outcome.reason === "moved";
}
