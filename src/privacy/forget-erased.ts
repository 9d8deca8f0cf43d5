// What was made of an erased response besides its row: files, answers of webhooks' receivers, logs of plugins. As a follower it
// hears of every erasure, whoever asked for it, and is told again until it is done.
import { forgetLogsOf } from "../plugins";
import { forgetExportsOf } from "../reports";
import type { Follower } from "../responses";
import { openPrimaryStore } from "../store";
import { forgetAnswersOfReceivers } from "../webhooks";

const MAX_ENTRIES_OF_ONE = 1_000;
const ENTRIES_AT_ONCE = 1_000;

export const forgetErased: Follower = async (ctx, { formId, shard, fromSeq, toSeq, erases }) => {
  if (!erases) return;
  const store = openPrimaryStore(ctx.env);
  for (let after = fromSeq - 1; after < toSeq; after += ENTRIES_AT_ONCE) {
    const erased = await store.erasures({
      workspaceId: ctx.workspaceId,
      formId,
      shard,
      after,
      upTo: Math.min(toSeq, after + ENTRIES_AT_ONCE),
    });
    if (erased.length === 0) continue;
    await forgetAnswersOfReceivers(
      ctx,
      erased.map(({ responseId }) => responseId),
    );
    for (const { responseId } of erased) {
      await forgetLogsOf(ctx, formId, await store.responseEntries(ctx.workspaceId, formId, responseId, MAX_ENTRIES_OF_ONE));
    }
    await forgetExportsOf(ctx, formId, Math.max(...erased.map(({ at }) => at)));
  }
};
