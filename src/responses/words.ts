const MAX_WORDS = 10;

/** What a person typed, as words: cut where the index cuts, so that "o'brien" finds what it would have been filed under. */
export function searchWords(q: string): string[] {
  return (q.normalize("NFC").match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).slice(0, MAX_WORDS);
}
