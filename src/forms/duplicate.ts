import { assertCan, type ServiceContext } from "../shared/context";
import { createForm } from "./create";
import { type Form, loadFormRow, toForm } from "./internal";

const MAX_TITLE = 200;

/** A new draft with the same content; answers, versions and slugs stay with the original. */
export async function duplicateForm(ctx: ServiceContext, formId: string): Promise<Form> {
  assertCan(ctx, "write");
  const { title, description, schema } = toForm(await loadFormRow(ctx, formId));
  return createForm(ctx, { title: `${title.slice(0, MAX_TITLE - 7)} (copy)`, description, schema }, "form.duplicated");
}
