import { assertCan, type ServiceContext } from "../../shared/context";
import { signTicket } from "../../shared/live-ticket";
import { loadAnalysedForm } from "../form";

export async function issueTicket(ctx: ServiceContext, formId: string): Promise<{ ticket: string; formId: string; expiresAt: number }> {
  assertCan(ctx, "read");
  const form = await loadAnalysedForm(ctx, formId);
  return { ...(await signTicket(ctx.env, { workspaceId: ctx.workspaceId, subject: form.formId }, ctx.now())), formId: form.formId };
}
