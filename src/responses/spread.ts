import { isEnabled } from "../flags";
import { getPublishedInAnyState, raiseSpread } from "../forms";
import { assertCan, type ServiceContext } from "../shared/context";
import { SPREAD_COOLDOWN_MS, wantedShards } from "./ledger/heat";
import { needsOneLedger } from "./shards";

/** Adds ledgers to a form that runs hot; never takes any away. Null: it stays as it is. */
export async function spreadForm(ctx: ServiceContext, formId: string): Promise<number | null> {
  assertCan(ctx, "write");
  if (!(await isEnabled(ctx, "form_sharding", ctx.workspaceId))) return null;
  const form = await getPublishedInAnyState(ctx, formId);
  // More of them would only stand by while the first goes on deciding alone.
  if (form.workspaceId !== ctx.workspaceId || needsOneLedger(form.schema.settings)) return null;
  const shards = wantedShards(form.spread.at(-1), ctx.now());
  if (shards === null || !(await raiseSpread(ctx, form.formId, shards, SPREAD_COOLDOWN_MS))) return null;
  ctx.log.info("form spread", { form_id: form.formId, shards });
  return shards;
}
