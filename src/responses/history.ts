import { assertCan, type ServiceContext } from "../shared/context";
import { type EntryRow, openPrimaryStore } from "../store";
import { notInStore, passBarrier } from "./barrier";
import { loadFormForReading } from "./form";
import type { Current } from "./get";
import { shardCount } from "./shards";

const MAX_ENTRIES = 1_000;

/** Everything that happened to one response, oldest first, with its answers as each entry left them. */
export async function getHistory(ctx: ServiceContext, formId: string, responseId: string): Promise<Current<EntryRow[]>> {
  assertCan(ctx, "read");
  const form = await loadFormForReading(ctx, formId);
  const { current } = await passBarrier(ctx, form.formId, form.settings);
  const value = await openPrimaryStore(ctx.env).responseEntries(ctx.workspaceId, form.formId, responseId, MAX_ENTRIES);
  if (value.length === 0) throw notInStore(current);
  return { value, current };
}

/** The chain of one ledger in order, so that a client can prove that it has everything. */
export async function listEntries(
  ctx: ServiceContext,
  input: { formId: string; shard: number; after: number; limit: number },
): Promise<Current<{ formId: string; shards: number; entries: EntryRow[]; more: boolean }>> {
  assertCan(ctx, "read");
  const form = await loadFormForReading(ctx, input.formId);
  const { current } = await passBarrier(ctx, form.formId, form.settings);
  const entries = await openPrimaryStore(ctx.env).entries(ctx.workspaceId, form.formId, input.shard, input.after, input.limit + 1);
  const shards = shardCount(form.settings);
  return { value: { formId: form.formId, shards, entries: entries.slice(0, input.limit), more: entries.length > input.limit }, current };
}
