// A form that was spread before it was given a quota: what its other ledgers have counted comes with each question to the first.
import type { FormSettings } from "../forms";
import { ledgerOf } from "./ledger/api";
import type { Guards } from "./ledger/types";
import { needsOneLedger, shardCount } from "./shards";

export async function withOtherLedgers<G extends Pick<Guards, "elsewhere">>(
  env: Pick<Env, "LEDGER">,
  formId: string,
  settings: FormSettings | undefined,
  guards: G,
): Promise<G> {
  const others = shardCount(settings) - 1;
  if (others === 0 || !needsOneLedger(settings)) return guards;
  const limits = (settings?.quotas ?? []).map(({ field, value }) => ({ field, value: String(value) }));
  const counted = await Promise.all(Array.from({ length: others }, (_, i) => ledgerOf(env, formId, i + 1).countedOf(limits)));
  const complete = counted.reduce((sum, one) => sum + one.complete, 0);
  const values = limits.map((_, i) => counted.reduce((sum, one) => sum + (one.values[i] ?? 0), 0));
  return { ...guards, elsewhere: { complete, values } };
}
