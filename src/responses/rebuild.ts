import { and, eq } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { columnsDoor, openPrimaryStore, tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { loadFormForReading } from "./form";
import { withRecount } from "./recount";

const { forms } = tables;

export interface Rebuilt {
  formId: string;
  responses: number;
}

/** Makes counters, roll-ups and columns anew from the stored responses, while the form goes on taking answers. */
export async function rebuildForm(ctx: ServiceContext, formId: string): Promise<Rebuilt> {
  assertCan(ctx, "delete");
  const form = await loadFormForReading(ctx, formId);
  const rebuilt = await withRecount(ctx, form, async ({ shards, rollups }) => {
    const marks = shards.filter(({ told }) => told.settled > 0).map(({ shard, told }) => ({ shard, seq: told.settled }));
    if (!(await openPrimaryStore(ctx.env).replaceRollups(form.formId, marks, rollups))) throw movedOn();
    for (const { ledger, counted, lastSubmittedAt } of shards) {
      if (!(await ledger.install(counted, lastSubmittedAt))) throw movedOn();
    }
    return { formId: form.formId, responses: shards.reduce((sum, { rows }) => sum + rows, 0) };
  });
  await columnsDoor(ctx.env, form.formId).forget(ctx.workspaceId);
  await ctx.db.batch([
    // Nothing of the form changes; the audit row speaks of the statement before it, so there is one.
    ctx.db
      .update(forms)
      .set({ id: form.formId })
      .where(and(eq(forms.id, form.formId), eq(forms.workspaceId, ctx.workspaceId))),
    auditIfChanged(ctx, {
      workspaceId: ctx.workspaceId,
      action: "form.rebuilt",
      targetKind: "form",
      targetId: form.formId,
      details: { responses: rebuilt.responses },
    }),
  ]);
  return rebuilt;
}

function movedOn(): ConflictError {
  return new ConflictError("The form was settled in between; try again.", "moved_on");
}
