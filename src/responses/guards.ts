// What a form's settings ask of a submit, put in terms the ledger can decide. Pure but for the key of the digest.
import { createHmac } from "node:crypto";
import type { FormSettings } from "../forms";
import { canonicalJson } from "./ledger/chain";
import type { Guards } from "./ledger/types";

export interface Submitter {
  /** Null when the sender is a program with a key: its address says nothing about who answered. */
  ip: string | null;
}

export function guardsOf(
  settings: FormSettings | undefined,
  formId: string,
  data: Record<string, unknown>,
  submitter: Submitter,
  secret: string,
): Guards {
  return {
    opensAt: timeOf(settings?.opens_at),
    closesAt: timeOf(settings?.closes_at),
    quota: settings?.quota?.limit ?? null,
    quotas: (settings?.quotas ?? []).map(({ field, value, limit }) => ({ field, value: String(value), limit })),
    elsewhere: { complete: 0, values: [] },
    duplicateKey: duplicateKey(settings?.duplicates?.by, formId, data, submitter, secret),
  };
}

function timeOf(text: string | undefined): number | null {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** Keyed, so that a copy of the ledger does not tell which addresses have answered. */
function duplicateKey(
  by: string | undefined,
  formId: string,
  data: Record<string, unknown>,
  submitter: Submitter,
  secret: string,
): string | null {
  const value = by === "ip" ? submitter.ip : by?.startsWith("field:") ? fold(data[by.slice("field:".length)]) : null;
  if (by === undefined || value === null || value === undefined || value === "") return null;
  return createHmac("sha256", secret)
    .update(`duplicate:${formId}:${by}:${canonicalJson(value)}`)
    .digest("base64url");
}

/** Two spellings of one address are one person. */
function fold(value: unknown): unknown {
  return typeof value === "string" ? value.trim().toLowerCase() : value;
}
