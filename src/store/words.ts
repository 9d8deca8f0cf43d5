// Answers as words, cut as SQLite's FTS5 cuts them (unicode61, without diacritics), so that whatever is looked through by other means
// finds the same. Pure.

const WORD = /[\p{L}\p{N}\p{Co}]+/gu;

export function wordsOf(text: string): string[] {
  return plain(text).match(WORD) ?? [];
}

/** Every text in the answers, however deep. */
export function textsIn(value: unknown, take: (text: string) => void): void {
  if (typeof value === "string") take(value);
  else if (Array.isArray(value)) for (const item of value) textsIn(item, take);
  else if (value !== null && typeof value === "object") for (const item of Object.values(value)) textsIn(item, take);
}

/** Whether the answers have every one of these, as beginnings of words: what both stores find through their indexes. */
export function hasWords(answers: unknown, words: readonly string[]): boolean {
  const missing = new Set(words.flatMap(wordsOf));
  textsIn(answers, (text) => {
    if (missing.size === 0) return;
    for (const word of wordsOf(text)) for (const wanted of missing) if (word.startsWith(wanted)) missing.delete(wanted);
  });
  return missing.size === 0;
}

/** Recomposed after the marks are gone: Hangul would otherwise be found by half a syllable. */
function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .normalize("NFC")
    .toLowerCase();
}
