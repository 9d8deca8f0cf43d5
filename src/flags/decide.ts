// Who a flag is on for. Pure.

export interface FlagState {
  /** The main switch: off is off for everybody. */
  enabled: boolean;
  /** 0–100, of all workspaces. */
  percentage: number;
  /** Always on for these, whatever the percentage. */
  allowed: readonly string[];
  /** Never on for these; stronger than `allowed`. */
  blocked: readonly string[];
}

const BUCKETS = 10_000;

export function isOnFor(flag: string, state: FlagState, workspaceId: string): boolean {
  if (!state.enabled || state.blocked.includes(workspaceId)) return false;
  return state.allowed.includes(workspaceId) || bucketOf(flag, workspaceId) < (state.percentage / 100) * BUCKETS;
}

/**
 * Where a workspace stands in the queue of a flag: always at the same place, so that a higher percentage only ever adds; and at
 * another place for another flag, so that the same workspaces are not the first every time.
 */
export function bucketOf(flag: string, workspaceId: string): number {
  // FNV-1a, then the finaliser of MurmurHash3: ids made one after another differ in their last letters only.
  let hash = 0x811c9dc5;
  for (const char of `${flag}\n${workspaceId}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % BUCKETS;
}
