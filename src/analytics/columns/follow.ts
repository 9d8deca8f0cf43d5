// Tells a form's columns that there is more. They read it from the store when it is worth a segment; a question reads it at once anyway.
import type { Follower } from "../../responses";
import { columnsOf } from "./api";
import { LIMITS } from "./keep/limits";

export const followColumns: Follower = async (ctx, { formId, shard, toSeq }) => {
  // A shard with so little has no segments, so none that could be out of date.
  if (toSeq < LIMITS.leastRows) return;
  await columnsOf(ctx.env, formId).noticed(ctx.workspaceId, shard, toSeq);
};
