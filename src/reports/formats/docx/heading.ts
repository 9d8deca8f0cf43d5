// pure. What stands above the parts of a document, and the words that it says by itself.
import type { ExportSource } from "../format";
import { sideOf } from "../language";
import { paragraphs } from "./text";
import { type Say, sayIn } from "./words";

export function wordsOf({ meta }: ExportSource): Say {
  return sayIn(meta.language);
}

export function heading(source: ExportSource, text: string, level: 1 | 2 | 3, newPage = false): string {
  return paragraphs(text, { style: `Heading${level}`, newPage, side: sideOf(source) });
}
