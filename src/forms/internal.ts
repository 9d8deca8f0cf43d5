// What several verbs of forms share: loading within the workspace, and the shape that leaves the domain.
import { and, eq } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { ConflictError, NotFoundError } from "../shared/errors";
import { tables } from "../store";
import type { FormSchema } from "./definition";

const { forms } = tables;

export type FormRow = typeof forms.$inferSelect;
export type FormStatus = FormRow["status"];

export interface Form extends Omit<FormRow, "draft" | "archivedFrom" | "lastVersion" | "createdBy"> {
  schema: FormSchema;
}

/** Throws when the form is unknown or another workspace's: the two must look the same. */
export async function loadFormRow(ctx: WorkspaceContext, formId: string): Promise<FormRow> {
  const row = await ctx.db
    .select()
    .from(forms)
    .where(and(eq(forms.workspaceId, ctx.workspaceId), eq(forms.id, formId)))
    .get();
  if (row === undefined) throw new NotFoundError("The form");
  return row;
}

export function toForm(row: FormRow): Form {
  const { draft, archivedFrom: _, lastVersion: __, createdBy: ___, ...rest } = row;
  return { ...rest, schema: draft as FormSchema };
}

export function refuseArchived(row: FormRow): void {
  if (row.status === "archived") throw new ConflictError("The form is archived; restore it first.", "form_archived");
}

/** The cache tag of everything derived from a form's published state. */
export function formTag(formId: string): string {
  return `form:${formId}`;
}

/** The conditional UPDATE found another state than the one that was just read. */
export function changedMeanwhile(): ConflictError {
  return new ConflictError("The form was changed by somebody else meanwhile; load it again.", "stale_draft");
}

/** D1 reports the constraint in the text alone, and drizzle hides that in the cause. */
export function isUniqueViolation(error: unknown, column: string): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.message.includes(`UNIQUE constraint failed: ${column}`)) return true;
  }
  return false;
}
