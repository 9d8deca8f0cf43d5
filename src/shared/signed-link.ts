// Links that are a credential by themselves: whoever holds one may fetch that one thing until it expires, and nothing else.
import { equalInConstantTime, hmacHex } from "./crypto";

/** `subject` names the kind and the thing, `export-file:exp_…`: a link to one kind must not open another. */
export async function signLink(
  env: Pick<Env, "APP_SECRET" | "PUBLIC_URL">,
  { path, subject, expiresAt }: { path: string; subject: string; expiresAt: number },
): Promise<string> {
  const expires = expiresAt.toString(36);
  const query = new URLSearchParams({ expires, signature: await sign(env.APP_SECRET, subject, expires) });
  return `${new URL(path, env.PUBLIC_URL)}?${query}`;
}

/** When the link ends; null when we have not signed it. */
export async function readLink(
  env: Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">,
  { subject, expires, signature }: { subject: string; expires: string; signature: string },
): Promise<number | null> {
  for (const secret of [env.APP_SECRET, env.APP_SECRET_PREVIOUS]) {
    if (secret && equalInConstantTime(signature, await sign(secret, subject, expires))) return Number.parseInt(expires, 36);
  }
  return null;
}

function sign(secret: string, subject: string, expires: string): Promise<string> {
  return hmacHex(secret, `${subject}:${expires}`);
}
