// A ticket opens one live feed for a minute: browsers cannot send a key with a WebSocket, and an address is no place for one.
// `<expiry>.<workspace>.<subject>.<signature>`; whoever holds it may listen, so it is short-lived and good for nothing else.
import { equalInConstantTime, hmacHex } from "./crypto";

const LIFE_MS = 60_000;

export interface LiveTicket {
  workspaceId: string;
  /** A form's id, or `workspace` for the feed of the workspace itself. */
  subject: string;
}

export const WORKSPACE_SUBJECT = "workspace";

export async function signTicket(
  env: Pick<Env, "APP_SECRET">,
  { workspaceId, subject }: LiveTicket,
  now: number,
): Promise<{ ticket: string; expiresAt: number }> {
  const expiresAt = now + LIFE_MS;
  const body = `${expiresAt.toString(36)}.${workspaceId}.${subject}`;
  return { ticket: `${body}.${await sign(env.APP_SECRET, body)}`, expiresAt };
}

/** Null for what we have not signed, or too long ago. */
export async function readTicket(
  env: Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">,
  text: string,
  now: number,
): Promise<LiveTicket | null> {
  const [, body = "", expiry = "", workspaceId = "", subject = "", signature = ""] =
    /^(([0-9a-z]{1,11})\.(ws_[0-9a-z]{1,40})\.(frm_[0-9a-z]{1,40}|workspace))\.([0-9a-f]{64})$/.exec(text) ?? [];
  const expiresAt = Number.parseInt(expiry, 36);
  if (body === "" || !(expiresAt > now)) return null;
  for (const secret of [env.APP_SECRET, env.APP_SECRET_PREVIOUS]) {
    if (secret && equalInConstantTime(signature, await sign(secret, body))) return { workspaceId, subject };
  }
  return null;
}

function sign(secret: string, body: string): Promise<string> {
  return hmacHex(secret, `live-ticket:${body}`);
}
