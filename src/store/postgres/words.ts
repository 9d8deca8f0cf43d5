// Answers as words to search for, cut by us (store/words.ts) because Postgres' own parser keeps e-mail addresses and hyphenated words
// whole. Pure.
import { textsIn, wordsOf } from "../words";

// A tsvector holds 1 MB, a lexeme 2 KB.
const MAX_BYTES = 900_000;
const MAX_WORD = 200;
const OVERHEAD = 8;

/** Each word of every text in the answers, once, led by the form's mark. */
export function searchableWords(formId: string, answers: unknown): string[] {
  const mark = formMark(formId);
  const words = new Set<string>();
  let bytes = 0;
  textsIn(answers, (text) => {
    for (const word of wordsOf(text)) {
      if (bytes > MAX_BYTES) return;
      const marked = mark + word.slice(0, MAX_WORD).toWellFormed();
      if (words.has(marked)) continue;
      words.add(marked);
      // Three bytes is the most that a UTF-16 unit takes.
      bytes += marked.length * 3 + OVERHEAD;
    }
  });
  return [...words];
}

/** What finds responses that have every one of these, as beginnings of words; null when there is nothing to look for. */
export function wordsQuery(formId: string, words: readonly string[]): string | null {
  const mark = formMark(formId);
  const cut = words.flatMap(wordsOf);
  // Letters and digits alone, so quoting needs no escapes.
  return cut.length === 0 ? null : cut.map((word) => `'${mark}${word.slice(0, MAX_WORD).toWellFormed()}':*`).join(" & ");
}

// Short and of one length. Two forms with the same mark only read a little more: the form itself is asked for as well.
function formMark(formId: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < formId.length; i++) hash = Math.imul(hash ^ formId.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, "0");
}
