import { assertCan, type ServiceContext } from "../shared/context";
import { type Form, loadFormRow, toForm } from "./internal";

export async function getForm(ctx: ServiceContext, formId: string): Promise<Form> {
  assertCan(ctx, "read");
  return toForm(await loadFormRow(ctx, formId));
}
