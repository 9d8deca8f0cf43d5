// Which of a form's ledgers. A form has one unless its settings say otherwise.
import type { FormSettings, PublishedForm } from "../forms";

export const MAX_SHARDS = 64;

export function shardCount(settings: FormSettings | undefined): number {
  return Math.min(MAX_SHARDS, Math.max(1, Math.floor(settings?.shards ?? 1)));
}

/** What only one writer can decide: such a form's new answers all go to its first ledger, however far it is spread. */
export function needsOneLedger(settings: FormSettings | undefined): boolean {
  return settings?.quota !== undefined || (settings?.quotas?.length ?? 0) > 0 || (settings?.duplicates?.by ?? "none") !== "none";
}

/** Readers ask the new ledgers at once, writers go to them this much later: by then no cache knows of fewer. */
export const SPREAD_AFTER_MS = 10_000;
/** A first reply is owed for as long as this, unless who gave the key asked for longer. */
export const REPLY_KEPT_MS = 86_400_000;
/** No submit is under way for longer: after it, none that went by the old number of ledgers can still arrive. */
const MOVING_MS = 60_000;

type Spread = Pick<PublishedForm, "schema" | "spread" | "publishedAt">;

export interface Route {
  shard: number;
  /** Where the same key may have been taken to while its reply is owed. */
  before: number[];
  /** A submit on its old way may still arrive there. */
  moving: boolean;
}

/** The same key at the same time always meets the same ledger, or a repeat would be taken twice. */
export function shardFor(form: Spread, key: string, at: number): number {
  return needsOneLedger(form.schema.settings) ? 0 : hash(key) % shardsAt(form.spread, at);
}

export function routeFor(form: Spread, key: string, at: number, keptMs = REPLY_KEPT_MS): Route {
  const shard = shardFor(form, key, at);
  if (shardCount(form.schema.settings) === 1) return { shard, before: [], moving: false };
  const before = new Set<number>();
  let movedAt = 0;
  for (const [i, { shards }] of form.spread.entries()) {
    const next = form.spread[i + 1];
    const until = next === undefined ? Number.POSITIVE_INFINITY : next.since + SPREAD_AFTER_MS;
    if (until <= at) movedAt = until;
    if (until > at - keptMs) before.add(hash(key) % shards);
    if (until > at) break;
  }
  // A version before may have wanted one ledger for its quotas, or no longer wants it.
  const changedAt = form.publishedAt > (form.spread[0]?.since ?? 0) ? form.publishedAt : 0;
  if (changedAt > at - keptMs) before.add(0);
  before.delete(shard);
  return { shard, before: [...before], moving: at - Math.max(movedAt, changedAt) < MOVING_MS };
}

/** The first number holds from the start; a later one only once everybody has heard of it. */
function shardsAt(spread: Spread["spread"], at: number): number {
  const step = spread.findLast(({ since }, i) => i === 0 || at >= since + SPREAD_AFTER_MS);
  return Math.min(MAX_SHARDS, step?.shards ?? 1);
}

/** FNV-1a: even enough, and the same for ever. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
