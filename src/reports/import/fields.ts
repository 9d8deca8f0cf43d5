// What an import can fill: the fields of the version that takes answers now.
import { describeFields, type FieldDescription, getForm, getPublishedInAnyState } from "../../forms";
import type { WorkspaceContext } from "../../shared/context";

export async function fieldsToFill(ctx: WorkspaceContext, formId: string): Promise<FieldDescription[]> {
  const form = await getForm(ctx, formId);
  return describeFields(form.version === 0 ? form.schema : (await getPublishedInAnyState(ctx, form.id)).schema);
}
