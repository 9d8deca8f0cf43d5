// Signed links to files. Whoever holds one may fetch that one file until it expires; nothing else.
import { equalInConstantTime, hmacHex } from "../../shared/crypto";

const path = (exportId: string) => `/api/v2/reports/exports/${exportId}/file`;

export async function signFileLink(env: Pick<Env, "APP_SECRET" | "PUBLIC_URL">, exportId: string, expiresAt: number): Promise<string> {
  const query = new URLSearchParams({
    expires: expiresAt.toString(36),
    signature: await sign(env.APP_SECRET, exportId, expiresAt.toString(36)),
  });
  return `${new URL(path(exportId), env.PUBLIC_URL)}?${query}`;
}

/** When the link ends; null when we have not signed it. */
export async function readFileLink(
  env: Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">,
  exportId: string,
  expires: string,
  signature: string,
): Promise<number | null> {
  for (const secret of [env.APP_SECRET, env.APP_SECRET_PREVIOUS]) {
    if (secret && equalInConstantTime(signature, await sign(secret, exportId, expires))) return Number.parseInt(expires, 36);
  }
  return null;
}

function sign(secret: string, exportId: string, expires: string): Promise<string> {
  return hmacHex(secret, `export-file:${exportId}:${expires}`);
}
