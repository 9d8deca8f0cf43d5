// The chain: each entry carries the hash of itself and of the entry before. Answers go in by their own salted digest, so that
// they can be erased and the chain still proves itself. Synchronous on purpose: a commit must not yield half-way.
import { hash } from "node:crypto";
import type { Entry } from "./types";

export function genesisHash(formId: string, shard: number): string {
  return sha256(`headwater ledger 1 ${formId}:${shard}`);
}

/** The text that is hashed for an entry. Its order is part of the contract with clients who check the chain. */
export function canonicalEntry(
  entry: Pick<Entry, "seq" | "kind" | "responseId" | "formVersion" | "status" | "at" | "submittedAt" | "dataHash">,
): string {
  return JSON.stringify([
    entry.seq,
    entry.kind,
    entry.responseId,
    entry.formVersion,
    entry.status,
    entry.at,
    entry.submittedAt,
    entry.dataHash,
  ]);
}

export function linkHash(previous: string, canonical: string): string {
  return sha256(previous + canonical);
}

export function dataHash(salt: string, canonical: string): string {
  return sha256(salt + canonical);
}

const SALT_BYTES = 16;
/** Chance is fetched for many at once: each time is a call out of the isolate. */
const salts = new Uint8Array(SALT_BYTES * 64);
let saltAt = salts.length;

/** Without a salt, a digest of "yes" or of an e-mail address would tell what had been erased. */
export function newSalt(): string {
  if (saltAt + SALT_BYTES > salts.length) {
    crypto.getRandomValues(salts);
    saltAt = 0;
  }
  const salt = salts.subarray(saltAt, saltAt + SALT_BYTES).toHex();
  saltAt += SALT_BYTES;
  return salt;
}

/** JSON with the members of every object in order, the same whatever store it has been through. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** In one call: a hash that is fed piece by piece is a stream here, and WebCrypto would make the commit yield. */
function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
