// Signed links to the files of exports.
import { readLink, signLink } from "../../shared/signed-link";

const subjectOf = (exportId: string) => `export-file:${exportId}`;

export function signFileLink(env: Pick<Env, "APP_SECRET" | "PUBLIC_URL">, exportId: string, expiresAt: number): Promise<string> {
  return signLink(env, { path: `/api/v2/reports/exports/${exportId}/file`, subject: subjectOf(exportId), expiresAt });
}

/** When the link ends; null when we have not signed it. */
export function readFileLink(
  env: Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">,
  exportId: string,
  expires: string,
  signature: string,
): Promise<number | null> {
  return readLink(env, { subject: subjectOf(exportId), expires, signature });
}
