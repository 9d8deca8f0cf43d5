import { randomToken, sha256Hex } from "../../shared/crypto";

/** 192 random bits: what is stored is a plain hash, because there is nothing to guess. */
export async function newInvitationToken(): Promise<{ token: string; hash: string }> {
  const token = randomToken(24);
  return { token, hash: await sha256Hex(token) };
}
