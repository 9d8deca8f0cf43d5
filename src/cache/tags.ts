// Versions of tags: the truth is a row in D1, moved in the same batch as the change; an isolate remembers what it has read.
import { sql } from "drizzle-orm";
import type { ServiceContext } from "../shared/context";
import { Leases } from "../shared/lease";
import { withTimeLimit } from "../shared/time-limit";
import { MAX_KNOWN_TAGS, TAG_READ_LIMIT_MS, TAG_READ_PAUSE_MS, TAG_REFRESH_AHEAD_MS, TAG_TRUST_MS } from "./limits";

/**
 * The statement that makes everything under these tags old. It belongs into the batch of the change, AFTER `auditIfChanged`
 * (which asks what the statement before it changed). After the batch, call `noteTagsBumped`.
 */
export function bumpTags(ctx: ServiceContext, tags: readonly string[]) {
  return ctx.db.run(sql`
    INSERT INTO cache_tags (tag, version) SELECT value, 1 FROM json_each(${JSON.stringify([...new Set(tags)])}) WHERE true
    ON CONFLICT (tag) DO UPDATE SET version = version + 1`);
}

interface Known {
  version: number;
  /** When the read began, not when it ended: the row may have moved in between. */
  readAt: number;
}

export class TagVersions {
  readonly #known = new Map<string, Known>();
  readonly #ahead = new Leases(TAG_READ_LIMIT_MS);
  /** Moves with every bump made here: a read that began before it must not be remembered after it. */
  #epoch = 0;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** The versions as text, or null when one of them is unknown or was read too long ago. */
  trusted(tags: readonly string[], now: number): string | null {
    return this.#within(tags, now, TAG_TRUST_MS);
  }

  /** What was known last, for when the store cannot be asked. */
  knownWithin(tags: readonly string[], now: number, ageMs: number): string | null {
    return this.#within(tags, now, TAG_TRUST_MS + ageMs);
  }

  /** Between requests the store is not asked again at once after it failed. */
  isPaused(now: number): boolean {
    return now - this.#failedAt < TAG_READ_PAUSE_MS;
  }

  async read(ctx: ServiceContext, tags: readonly string[]): Promise<string> {
    const readAt = ctx.now();
    const epoch = this.#epoch;
    let found: Map<string, number>;
    try {
      found = await withTimeLimit("reading cache tags", TAG_READ_LIMIT_MS, selectVersions(ctx.env.DB, tags));
    } catch (error) {
      this.#failedAt = ctx.now();
      throw error;
    }
    this.#failedAt = Number.NEGATIVE_INFINITY;
    const versions = tags.map((tag) => found.get(tag) ?? 0);
    if (epoch === this.#epoch) {
      for (const tag of tags) this.#remember(tag, { version: found.get(tag) ?? 0, readAt });
    }
    return versions.join(".");
  }

  /** Reads again what is about to lose its trust, behind the reply. */
  refreshAhead(ctx: ServiceContext, tags: readonly string[], now: number): void {
    if (this.#within(tags, now, TAG_REFRESH_AHEAD_MS) !== null || this.isPaused(now)) return;
    const key = tags.join("\n");
    if (!this.#ahead.take(key, now)) return;
    ctx.defer(
      this.read(ctx, tags)
        .catch(() => undefined)
        .finally(() => this.#ahead.release(key)),
    );
  }

  noteBumped(tags: readonly string[]): void {
    this.#epoch++;
    for (const tag of tags) this.#known.delete(tag);
  }

  #within(tags: readonly string[], now: number, ageMs: number): string | null {
    let versions = "";
    for (const tag of tags) {
      const known = this.#known.get(tag);
      // A request's clock stands still while it computes, so it may see a read that began "later"; hence the absolute value.
      if (known === undefined || Math.abs(now - known.readAt) >= ageMs) return null;
      versions = versions === "" ? String(known.version) : `${versions}.${known.version}`;
    }
    return versions;
  }

  #remember(tag: string, next: Known): void {
    const known = this.#known.get(tag);
    if (known !== undefined && known.readAt > next.readAt) return;
    this.#known.delete(tag);
    this.#known.set(tag, next);
    if (this.#known.size <= MAX_KNOWN_TAGS) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** One query for all of them. On the binding itself, which always asks the primary: a replica may not know of a bump yet. */
async function selectVersions(db: D1Database, tags: readonly string[]): Promise<Map<string, number>> {
  const { results } = await db
    .prepare("SELECT tag, version FROM cache_tags WHERE tag IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(tags))
    .all<{ tag: string; version: number }>();
  return new Map(results.map((row) => [row.tag, row.version]));
}
