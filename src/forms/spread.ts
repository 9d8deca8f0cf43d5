// Over how many ledgers a form is spread, and since when: by its published versions, or by Headwater itself when it ran hot.
import { sql } from "drizzle-orm";
import { bumpTags, noteTagsBumped } from "../cache";
import { assertCan, type ServiceContext } from "../shared/context";
import { auditIfChanged } from "../store/audit";
import { formTag } from "./internal";

export interface SpreadStep {
  shards: number;
  since: number;
}

/** Ascending in both: a form that was spread stays spread, because its older answers are with ledgers that fewer would not ask. */
export function spreadSteps(recorded: readonly (readonly [shards: number, since: number])[]): SpreadStep[] {
  const steps: SpreadStep[] = [];
  for (const [shards, since] of recorded.toSorted((a, b) => a[1] - b[1] || b[0] - a[0])) {
    if (shards > (steps.at(-1)?.shards ?? 0)) steps.push({ shards, since });
  }
  return steps;
}

/** False when somebody else has done so within `cooldownMs`, or the form is not there. */
export async function raiseSpread(ctx: ServiceContext, formId: string, shards: number, cooldownMs: number): Promise<boolean> {
  assertCan(ctx, "write");
  const now = ctx.now();
  const [raised] = await ctx.db.batch([
    ctx.db.run(sql`
      INSERT INTO form_spreads (form_id, shards, workspace_id, raised_at)
      SELECT id, ${shards}, workspace_id, ${now} FROM forms
      WHERE workspace_id = ${ctx.workspaceId} AND id = ${formId} AND version > 0 AND NOT EXISTS (
        SELECT 1 FROM form_spreads s WHERE s.form_id = forms.id AND (s.shards >= ${shards} OR s.raised_at > ${now - cooldownMs}))`),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "form.spread",
      targetKind: "form",
      targetId: formId,
      details: { shards },
    }),
    bumpTags(ctx, [formTag(formId)]),
  ]);
  noteTagsBumped(ctx, [formTag(formId)]);
  return raised.meta.changes > 0;
}
