import { counter } from "../shared/metrics";

export type CacheState = "HIT-L1" | "HIT-L2" | "STALE" | "MISS" | "BYPASS";
type LookupLayer = "l1" | "l2_edge" | "l2_kv" | "store";
type Outcome = "hit" | "miss" | "stale" | "error";

const lookups = counter("headwater_cache_lookups_total", "Lookups in each cache layer, by outcome.", ["layer", "outcome"]);
const results = counter("headwater_cache_results_total", "Cacheable reads by how they were answered, as in X-Cache.", ["state"]);

export function countLookup(layer: LookupLayer, outcome: Outcome): void {
  lookups.add(1, layer, outcome);
}

export function countResult(state: CacheState): void {
  results.add(1, state);
}
