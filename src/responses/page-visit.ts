// A visit to the form's own page. Opening it writes nothing: the page carries a signed note of when that was.
import type { PublishedForm } from "../forms";
import type { ServiceContext } from "../shared/context";
import { ledgerOf } from "./ledger/api";
import { shardCount } from "./shards";
import { makeStartToken, readStartToken } from "./start-token";

// Well within the age at which a start no longer counts, so that what is carried on is worth something at the end.
const MAX_AGE_MS = 6 * 86_400_000;

/** The token that came back from the page, when it is ours and not too old; else a new one. */
export async function keepStart(ctx: ServiceContext, formId: string, given?: string): Promise<string> {
  const now = ctx.now();
  const known = given === undefined ? null : await readStartToken(ctx.env.APP_SECRET, formId, given);
  if (given !== undefined && known !== null && known.at > now - MAX_AGE_MS) return given;
  return (await makeStartToken(ctx.env.APP_SECRET, formId, now)).token;
}

/** Whether all places are taken: asked before somebody fills in a form for nothing. The ledger has the last word. */
export async function isFull(ctx: ServiceContext, { formId, schema: { settings } }: PublishedForm): Promise<boolean> {
  const limit = settings?.quota?.limit;
  if (limit === undefined) return false;
  const shards = Array.from({ length: shardCount(settings) }, (_, shard) => shard);
  const totals = await Promise.all(shards.map((shard) => ledgerOf(ctx.env, formId, shard).totals()));
  return totals.reduce((sum, { complete }) => sum + complete, 0) >= limit;
}
