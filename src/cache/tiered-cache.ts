// The one way through the tiers: memory, then L2, then the store. One instance an isolate; tests make several.
import type { ServiceContext } from "../shared/context";
import { toBase64Url } from "../shared/crypto";
import { DomainError } from "../shared/errors";
import { Leases } from "../shared/lease";
import { describeError } from "../shared/log";
import { type CacheState, countLookup, countResult } from "./counters";
import { FILL_LEASE_MS, L1_MAX_AGE_MS, L1_MAX_BYTES, L1_MAX_ENTRIES, L2_MAX_AGE_SECONDS, LOOK_AGAIN_MS } from "./limits";
import { type Entry, Memory, parsedValue } from "./memory";
import { readEdge, readKv, type Stored, secondTierKey, writeEdge, writeKv } from "./second-tier";
import { TagVersions } from "./tags";

export interface CacheSpec {
  /** Names the value in this service. What only one workspace may see carries its id. */
  key: string;
  /** What the value was made from; `bumpTags` on any of them makes it old. Always in the same order for the same key. */
  tags: readonly string[];
  ttlSeconds: number;
  /** How long after `ttlSeconds`, or while the store is out of reach, the old value is better than none. */
  staleSeconds: number;
  /** Not from the cache and not into it. */
  bypass?: boolean;
}

export class Cached<T> {
  constructor(
    readonly state: CacheState,
    private readonly entry: Entry,
  ) {}

  /** The serialised value: send it as it is. */
  get body(): string {
    return this.entry.body;
  }

  get etag(): string {
    return this.entry.etag;
  }

  /** Frozen: other requests of this isolate are given the same object. */
  get value(): T {
    return parsedValue(this.entry) as T;
  }
}

export interface CacheLimits {
  maxEntries: number;
  maxBytes: number;
  wait(ms: number): Promise<unknown>;
}

const DEFAULTS: CacheLimits = { maxEntries: L1_MAX_ENTRIES, maxBytes: L1_MAX_BYTES, wait: (ms) => scheduler.wait(ms) };

export class TieredCache {
  readonly memory: Memory;
  readonly tags = new TagVersions();
  readonly #leases = new Leases(FILL_LEASE_MS);
  readonly #wait: CacheLimits["wait"];

  constructor(limits: Partial<CacheLimits> = {}) {
    const { maxEntries, maxBytes, wait } = { ...DEFAULTS, ...limits };
    this.memory = new Memory(maxEntries, maxBytes);
    this.#wait = wait;
  }

  async get<T>(ctx: ServiceContext, spec: CacheSpec, load: () => Promise<T>): Promise<Cached<T>> {
    if (spec.bypass === true) return this.#result("BYPASS", await this.#load(ctx, spec, "", load));
    const now = ctx.now();
    const quick = this.#fromMemory<T>(ctx, spec, now);
    if (quick !== null) {
      if (quick.state === "STALE" && !this.tags.isPaused(now)) this.#refreshBehind(ctx, spec, load, now);
      return quick;
    }
    if (!this.#leases.take(spec.key, now)) {
      const waited = await this.#lookAgain<T>(ctx, spec);
      if (waited !== null) return waited;
    }
    let renew = false;
    try {
      const versions = await this.#versions(ctx, spec);
      // Without versions nothing may be kept; but the value may come from a store that is still there.
      if (versions === null) return this.#unverified<T>(spec, ctx.now()) ?? this.#result("BYPASS", await this.#load(ctx, spec, "", load));
      const held = this.#fromMemory<T>(ctx, spec, ctx.now());
      renew = held?.state === "STALE";
      return held ?? (await this.#fill(ctx, spec, versions, load));
    } finally {
      this.#leases.release(spec.key);
      if (renew) this.#refreshBehind(ctx, spec, load, ctx.now());
    }
  }

  #fromMemory<T>(ctx: ServiceContext, spec: CacheSpec, now: number): Cached<T> | null {
    const entry = this.memory.get(spec.key);
    if (entry === undefined) return null;
    const versions = this.tags.trusted(spec.tags, now);
    if (versions === null) return this.tags.isPaused(now) ? this.#unverified(spec, now) : null;
    if (entry.versions !== versions) return null;
    this.tags.refreshAhead(ctx, spec.tags, now);
    if (now < entry.freshUntil && now < entry.heldUntil) {
      countLookup("l1", "hit");
      return this.#result("HIT-L1", entry);
    }
    // Held too long but still fresh: L2 is asked again. Only what is past its time is served while it is being renewed.
    if (now < entry.freshUntil || now >= entry.staleUntil) return null;
    countLookup("l1", "stale");
    return this.#result("STALE", entry);
  }

  /** While the store cannot say whether it is still true, what was true lately is served, and says that it is stale. */
  #unverified<T>(spec: CacheSpec, now: number): Cached<T> | null {
    const versions = this.tags.knownWithin(spec.tags, now, spec.staleSeconds * 1_000);
    const entry = this.memory.get(spec.key);
    if (versions === null || entry === undefined || entry.versions !== versions || now >= entry.staleUntil) return null;
    countLookup("l1", "stale");
    return this.#result("STALE", entry);
  }

  async #lookAgain<T>(ctx: ServiceContext, spec: CacheSpec): Promise<Cached<T> | null> {
    for (const delay of LOOK_AGAIN_MS) {
      await this.#wait(delay);
      const now = ctx.now();
      const found = this.#fromMemory<T>(ctx, spec, now);
      if (found !== null) return found;
      // Its holder came back with nothing to keep (it failed, or found nothing): queueing up behind each other would not help.
      if (!this.#leases.isTaken(spec.key, now)) break;
    }
    return null;
  }

  #refreshBehind<T>(ctx: ServiceContext, spec: CacheSpec, load: () => Promise<T>, now: number): void {
    if (this.#leases.take(spec.key, now)) ctx.defer(this.#refresh(ctx, spec, load));
  }

  async #refresh<T>(ctx: ServiceContext, spec: CacheSpec, load: () => Promise<T>): Promise<void> {
    try {
      const versions = await this.#versions(ctx, spec);
      if (versions !== null) await this.#fill(ctx, spec, versions, load);
    } catch (error) {
      // It is no longer there, and whoever removed it forgot to bump its tags: then at least nobody is shown it again.
      if (isAnswer(error)) this.memory.delete(spec.key);
      ctx.log.warn("cache refresh failed", { key: spec.key, ...describeError(error) });
    } finally {
      this.#leases.release(spec.key);
    }
  }

  /** Before the load, always: a bump that comes in between leaves an entry nobody will ask for, never the reverse. */
  async #versions(ctx: ServiceContext, spec: CacheSpec): Promise<string | null> {
    try {
      return this.tags.trusted(spec.tags, ctx.now()) ?? (await this.tags.read(ctx, spec.tags));
    } catch (error) {
      ctx.log.warn("cache tags unreadable", { key: spec.key, ...describeError(error) });
      return null;
    }
  }

  async #fill<T>(ctx: ServiceContext, spec: CacheSpec, versions: string, load: () => Promise<T>): Promise<Cached<T>> {
    countLookup("l1", "miss");
    const l2Key = await secondTierKey(ctx, spec.key, versions);
    const found = await this.#fromSecondTier(ctx, spec, versions, l2Key);
    if (found !== null) return this.#result("HIT-L2", found);
    return this.#fromStore(ctx, spec, versions, l2Key, load);
  }

  async #fromSecondTier(ctx: ServiceContext, spec: CacheSpec, versions: string, l2Key: string): Promise<Entry | null> {
    const now = ctx.now();
    const near = fresh(await readEdge(ctx, l2Key), spec, now);
    countLookup("l2_edge", near === null ? "miss" : "hit");
    const far = near === null ? fresh(await readKv(ctx, l2Key), spec, now) : null;
    if (near === null) countLookup("l2_kv", far === null ? "miss" : "hit");
    const stored = near ?? far;
    if (stored === null) return null;
    if (far !== null) ctx.defer(writeEdge(ctx, l2Key, far));
    return this.#keep(spec, toEntry(spec, versions, stored, ctx.now()));
  }

  async #fromStore<T>(ctx: ServiceContext, spec: CacheSpec, versions: string, l2Key: string, load: () => Promise<T>): Promise<Cached<T>> {
    let entry: Entry;
    try {
      entry = await this.#load(ctx, spec, versions, load);
    } catch (error) {
      if (isAnswer(error)) throw error;
      countLookup("store", "error");
      const old = this.memory.get(spec.key);
      if (old === undefined || old.versions !== versions || ctx.now() >= old.staleUntil) throw error;
      ctx.log.warn("cache load failed, serving stale", { key: spec.key, ...describeError(error) });
      return this.#result("STALE", old);
    }
    this.#keep(spec, entry);
    // "Nothing there" stays in memory: whoever asks for made-up names must not be able to fill KV with them.
    if (entry.body !== "null") {
      const stored = { body: entry.body, etag: entry.etag, storedAt: entry.freshUntil - spec.ttlSeconds * 1_000 };
      ctx.defer(Promise.all([writeEdge(ctx, l2Key, stored), writeKv(ctx, l2Key, stored, spec.ttlSeconds + spec.staleSeconds)]));
    }
    return this.#result("MISS", entry);
  }

  async #load<T>(ctx: ServiceContext, spec: CacheSpec, versions: string, load: () => Promise<T>): Promise<Entry> {
    const storedAt = ctx.now();
    const body = JSON.stringify((await load()) ?? null);
    countLookup("store", "hit");
    return toEntry(spec, versions, { body, etag: await etagOf(body), storedAt }, storedAt);
  }

  #keep(spec: CacheSpec, entry: Entry): Entry {
    this.memory.set(spec.key, entry);
    return entry;
  }

  #result<T>(state: CacheState, entry: Entry): Cached<T> {
    countResult(state);
    return new Cached<T>(state, entry);
  }
}

/** A refusal is an answer. Anything else means that the store is in trouble. */
const isAnswer = (error: unknown) => error instanceof DomainError && error.code !== "unavailable";

/** Of the content alone, so that a publish that changed nothing leaves clients with what they hold. */
async function etagOf(body: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body)));
  return `"${toBase64Url(digest.subarray(0, 16))}"`;
}

function fresh(stored: Stored | null, spec: CacheSpec, now: number): Stored | null {
  const life = Math.min(spec.ttlSeconds, L2_MAX_AGE_SECONDS) * 1_000;
  return stored !== null && now < stored.storedAt + life ? stored : null;
}

function toEntry(spec: CacheSpec, versions: string, { body, etag, storedAt }: Stored, now: number): Entry {
  const freshUntil = storedAt + spec.ttlSeconds * 1_000;
  return { body, etag, versions, freshUntil, staleUntil: freshUntil + spec.staleSeconds * 1_000, heldUntil: now + L1_MAX_AGE_MS };
}
