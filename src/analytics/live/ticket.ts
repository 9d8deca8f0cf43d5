// A ticket opens one form's live feed for a minute: browsers cannot send a key with a WebSocket, and an address is no place for one.
// `<expiry>.<workspace>.<form>.<signature>`; whoever holds it may listen, so it is short-lived and good for nothing else.
import { assertCan, type ServiceContext } from "../../shared/context";
import { equalInConstantTime, hmacHex } from "../../shared/crypto";
import { loadAnalysedForm } from "../form";

const LIFE_MS = 60_000;

export interface Ticket {
  workspaceId: string;
  formId: string;
}

export async function issueTicket(ctx: ServiceContext, formId: string): Promise<{ ticket: string; formId: string; expiresAt: number }> {
  assertCan(ctx, "read");
  const form = await loadAnalysedForm(ctx, formId);
  const expiresAt = ctx.now() + LIFE_MS;
  const body = `${expiresAt.toString(36)}.${ctx.workspaceId}.${form.formId}`;
  return { ticket: `${body}.${await sign(ctx.env.APP_SECRET, body)}`, formId: form.formId, expiresAt };
}

/** Null for what we have not signed, or too long ago. */
export async function readTicket(env: Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">, text: string, now: number): Promise<Ticket | null> {
  const [, body = "", expiry = "", workspaceId = "", formId = "", signature = ""] =
    /^(([0-9a-z]{1,11})\.(ws_[0-9a-z]{1,40})\.(frm_[0-9a-z]{1,40}))\.([0-9a-f]{64})$/.exec(text) ?? [];
  const expiresAt = Number.parseInt(expiry, 36);
  if (body === "" || !(expiresAt > now)) return null;
  for (const secret of [env.APP_SECRET, env.APP_SECRET_PREVIOUS]) {
    if (secret && equalInConstantTime(signature, await sign(secret, body))) return { workspaceId, formId };
  }
  return null;
}

function sign(secret: string, body: string): Promise<string> {
  return hmacHex(secret, `live-ticket:${body}`);
}
