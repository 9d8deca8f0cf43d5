// A token that says when somebody began, signed so that the time can be believed: `<time>.<chance>.<signature>`.
import { equalInConstantTime, hmacHex, randomToken } from "../shared/crypto";
import type { StartRef } from "./ledger/types";

export async function makeStartToken(secret: string, formId: string, at: number): Promise<{ token: string; start: StartRef }> {
  const body = `${at.toString(36)}.${randomToken(12)}`;
  return { token: `${body}.${await sign(secret, formId, body)}`, start: { id: body, at } };
}

/** Null for what is not ours: a response is not refused for a bad token, it only has no start. */
export async function readStartToken(secret: string, formId: string, token: string): Promise<StartRef | null> {
  const cut = token.lastIndexOf(".");
  const body = token.slice(0, cut);
  if (cut < 1 || !equalInConstantTime(token.slice(cut + 1), await sign(secret, formId, body))) return null;
  return { id: body, at: Number.parseInt(body, 36) };
}

async function sign(secret: string, formId: string, body: string): Promise<string> {
  return (await hmacHex(secret, `start:${formId}:${body}`)).slice(0, 32);
}
