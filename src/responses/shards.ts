// Which of a form's ledgers. A form has one unless its settings say otherwise.
import type { FormSettings } from "../forms";

export const MAX_SHARDS = 64;

export function shardCount(settings: FormSettings | undefined): number {
  return Math.min(MAX_SHARDS, Math.max(1, Math.floor(settings?.shards ?? 1)));
}

/** What only one writer can decide: such a form's new answers all go to its first ledger, however far it is spread. */
export function needsOneLedger(settings: FormSettings | undefined): boolean {
  return settings?.quota !== undefined || (settings?.quotas?.length ?? 0) > 0 || (settings?.duplicates?.by ?? "none") !== "none";
}

/** The same key always meets the same ledger, or a repeat would be taken twice. */
export function shardFor(settings: FormSettings | undefined, key: string): number {
  if (needsOneLedger(settings)) return 0;
  return hash(key) % shardCount(settings);
}

/** FNV-1a: even enough, and the same for ever. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
