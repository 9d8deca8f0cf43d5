// The cache, for everyone: `cached()` to read through it, `bumpTags` and `noteTagsBumped` around a change.
//
//   const statements = [update, auditIfChanged(ctx, …), bumpTags(ctx, [`form:${id}`])];
//   await ctx.db.batch(statements);
//   noteTagsBumped(ctx, [`form:${id}`]);
//
// `load` must read from the primary (`ctx.db` does): what a replica has not yet heard of would be kept under the new version.
import type { ServiceContext } from "../shared/context";
import { type Cached, type CacheSpec, TieredCache } from "./tiered-cache";

export type { CacheState } from "./counters";
export { bumpTags } from "./tags";
export { Cached, type CacheSpec, TieredCache } from "./tiered-cache";

const ofThisIsolate = new TieredCache();

export function cached<T>(ctx: ServiceContext, spec: CacheSpec, load: () => Promise<T>): Promise<Cached<T>> {
  return ofThisIsolate.get(ctx, spec, load);
}

/** After the batch that held `bumpTags`: from here on this isolate serves nothing that is older. */
export function noteTagsBumped(_ctx: ServiceContext, tags: readonly string[]): void {
  ofThisIsolate.tags.noteBumped(tags);
}
