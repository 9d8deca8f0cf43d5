import { assertCan, type ServiceContext } from "../shared/context";
import { openPrimaryStore, type ResponseRow } from "../store";
import { notInStore, passBarrier } from "./barrier";
import { loadFormForReading } from "./form";

export interface Current<T> {
  value: T;
  current: boolean;
}

/** Deleted ones are found too, and say so; erased ones are empty. */
export async function getResponse(ctx: ServiceContext, formId: string, responseId: string): Promise<Current<ResponseRow>> {
  assertCan(ctx, "read");
  const form = await loadFormForReading(ctx, formId);
  const { current } = await passBarrier(ctx, form.formId, form.settings);
  const value = await openPrimaryStore(ctx.env).getResponse(ctx.workspaceId, form.formId, responseId);
  if (value === null) throw notInStore(current);
  return { value, current };
}
