import { bumpTags, noteTagsBumped } from "../cache";
import type { ServiceContext } from "../shared/context";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import type { FlagState } from "./decide";
import { FLAGS, type FlagKey } from "./declared";
import { assertOperator, FLAGS_TAG, type Flag } from "./read-flags";

const { featureFlags } = tables;

export async function setFlag(ctx: ServiceContext, key: FlagKey, state: FlagState): Promise<Flag> {
  assertOperator(ctx);
  const updatedAt = ctx.now();
  const { description } = FLAGS[key];
  const values = {
    description,
    enabled: state.enabled,
    percentage: state.percentage,
    allowed: [...state.allowed],
    blocked: [...state.blocked],
    updatedAt,
  };
  await ctx.db.batch([
    ctx.db
      .insert(featureFlags)
      .values({ key, ...values })
      .onConflictDoUpdate({ target: featureFlags.key, set: values }),
    auditIfChanged(ctx, { workspaceId: null, action: "flag.changed", targetKind: "flag", targetId: key, details: { ...state } }),
    bumpTags(ctx, [FLAGS_TAG]),
  ]);
  noteTagsBumped(ctx, [FLAGS_TAG]);
  return { key, ...values };
}
