// The steps of a form's life besides publishing: each is one conditional UPDATE, so two people cannot take the same step.
import { and, eq, inArray, sql } from "drizzle-orm";
import { bumpTags, noteTagsBumped } from "../cache";
import { assertCan, type Permission, type ServiceContext } from "../shared/context";
import { ConflictError } from "../shared/errors";
import { tables } from "../store";
import { auditIfChanged } from "../store/audit";
import { raiseIfChanged, type StoredEventType } from "../store/events";
import { type Form, type FormStatus, formTag, loadFormRow, toForm } from "./internal";

const { forms } = tables;

interface Step {
  permission: Permission;
  action: string;
  from: readonly FormStatus[];
  refusal: string;
  /** What the world hears of it. */
  event?: StoredEventType;
}

const CLOSE: Step = {
  permission: "write",
  action: "form.closed",
  from: ["published"],
  refusal: "Only a published form can be closed.",
  event: "form.closed",
};
const REOPEN: Step = { permission: "write", action: "form.reopened", from: ["closed"], refusal: "Only a closed form can be reopened." };
const ARCHIVE: Step = {
  permission: "delete",
  action: "form.archived",
  from: ["draft", "published", "closed"],
  refusal: "The form is archived already.",
};
const RESTORE: Step = {
  permission: "write",
  action: "form.restored",
  from: ["archived"],
  refusal: "Only an archived form can be restored.",
};

export const closeForm = (ctx: ServiceContext, formId: string) => takeStep(ctx, formId, CLOSE, { status: "closed" });

export const reopenForm = (ctx: ServiceContext, formId: string) => takeStep(ctx, formId, REOPEN, { status: "published" });

export const archiveForm = (ctx: ServiceContext, formId: string) =>
  takeStep(ctx, formId, ARCHIVE, { archivedFrom: sql`${forms.status}`, status: "archived" });

/** Puts the form back to what it was; one that took answers takes them again. */
export const restoreForm = (ctx: ServiceContext, formId: string) =>
  takeStep(ctx, formId, RESTORE, { status: sql`coalesce(${forms.archivedFrom}, 'draft')`, archivedFrom: null });

type Change = Parameters<ReturnType<ServiceContext["db"]["update"]>["set"]>[0];

async function takeStep(ctx: ServiceContext, formId: string, step: Step, change: Change): Promise<Form> {
  assertCan(ctx, step.permission);
  const row = await loadFormRow(ctx, formId);
  const { id, title, slug, description, version } = row;
  const closed = { id, title, slug, description, status: "closed", version, closed_at: new Date(ctx.now()).toISOString() };
  const event = step.event && raiseIfChanged(ctx, { workspaceId: ctx.workspaceId, type: step.event, formId, data: closed });
  const [changed] = await ctx.db.batch([
    ctx.db
      .update(forms)
      .set({ ...change, updatedAt: ctx.now(), revision: sql`${forms.revision} + 1` })
      .where(and(eq(forms.workspaceId, ctx.workspaceId), eq(forms.id, formId), inArray(forms.status, [...step.from])))
      .returning(),
    auditIfChanged(ctx, { workspaceId: ctx.workspaceId, action: step.action, targetKind: "form", targetId: formId }),
    ...(event === undefined ? [] : [event.statement]),
    bumpTags(ctx, [formTag(formId)]),
  ]);
  noteTagsBumped(ctx, [formTag(formId)]);
  if (changed[0] === undefined) throw new ConflictError(step.refusal, "wrong_state");
  await event?.wake();
  return toForm(changed[0]);
}
