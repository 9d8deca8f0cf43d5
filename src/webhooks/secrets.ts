// Signing secrets: made here, shown once, sealed at rest.
import { openSealed, seal } from "../shared/crypto";
import { type SigningKeys, signingKeys } from "./verify";

const PURPOSE = "webhook-secret";
const HEADERS_PURPOSE = "webhook-headers";
export const BOTH_VALID_MS = 24 * 60 * 60_000;

export function newSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(32)).toBase64()}`;
}

type Secrets = Pick<Env, "APP_SECRET" | "APP_SECRET_PREVIOUS">;

export const sealSecret = (env: Secrets, secret: string) => seal(env.APP_SECRET, PURPOSE, secret);

/** The one of now first; the one before as long as it is valid. */
export async function openSecrets(
  env: Secrets,
  row: { secret: string; previousSecret: string | null; previousUntil: number | null },
  now: number,
): Promise<[string, ...string[]]> {
  const secret = await openSealed(env, PURPOSE, row.secret);
  if (row.previousSecret === null || row.previousUntil === null || now >= row.previousUntil) return [secret];
  return [secret, await openSealed(env, PURPOSE, row.previousSecret)];
}

export async function openKeys(...of: Parameters<typeof openSecrets>): Promise<[SigningKeys, ...SigningKeys[]]> {
  const [secret, ...others] = await openSecrets(...of);
  return [await signingKeys(secret), ...(await Promise.all(others.map(signingKeys)))];
}

export const sealHeaders = (env: Secrets, headers: Record<string, string>) =>
  seal(env.APP_SECRET, HEADERS_PURPOSE, JSON.stringify(headers));

export async function openHeaders(env: Secrets, sealed: string | null): Promise<Record<string, string>> {
  return sealed === null ? {} : JSON.parse(await openSealed(env, HEADERS_PURPOSE, sealed));
}
