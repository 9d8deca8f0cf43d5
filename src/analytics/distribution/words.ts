// pure. Which words answers are made of, each counted once an answer; those that say nothing are left out.
import { isStopWord, type Language, languagesOf } from "./stop-words";

export interface WordCount {
  word: string;
  count: number;
}

const MAX_WORDS = 50;
const MAX_DISTINCT = 20_000;
const MIN_LENGTH = 3;

export class Words {
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    const words =
      text
        .normalize("NFC")
        .toLowerCase()
        .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
    for (const word of new Set(words)) {
      const count = this.#counts.get(word);
      if (word.length < MIN_LENGTH || (count === undefined && this.#counts.size >= MAX_DISTINCT)) continue;
      this.#counts.set(word, (count ?? 0) + 1);
    }
  }

  /** Without the stop words of these languages; of those that the words are in, when none is named. */
  top(languages?: readonly Language[]): WordCount[] {
    const left = languages ?? languagesOf(this.#counts);
    return [...this.#counts]
      .filter(([word]) => !isStopWord(word, left))
      .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .slice(0, MAX_WORDS)
      .map(([word, count]) => ({ word, count }));
  }
}
