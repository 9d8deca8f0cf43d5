// How much of what. Tests take smaller ones.

export interface Limits {
  /** Of one segment. */
  segmentRows: number;
  /** A segment may be made of fewer when shards are many, but not of fewer than this. */
  leastRows: number;
  /** Rows read from the store at once. */
  pageRows: number;
  /** Of answers, before they are packed: a segment of long ones has fewer rows. */
  segmentBytes: number;
  /** More that no segment covers, over all shards, and a question is better asked of the store. */
  tailRows: number;
  /** More rows that are told anew, and so too. */
  changedRows: number;
}

export const LIMITS: Limits = {
  segmentRows: 8_192,
  leastRows: 1_024,
  pageRows: 1_024,
  segmentBytes: 24_000_000,
  tailRows: 16_384,
  changedRows: 2_000,
};
