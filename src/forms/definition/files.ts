// pure, and also in the browser. Whether a file is one that the question takes.
import type { Validation } from "./types";

export interface FileFacts {
  size: number;
  type: string;
  name?: string;
}

/** What is wrong with it, in words for who chose it; null when nothing is. */
export function whyFileUnfit(
  { accept, max_size: most }: Pick<Validation, "accept" | "max_size">,
  facts: FileFacts,
): { code: "file_too_large" | "file_type"; message: string } | null {
  if (most !== undefined && facts.size > most) {
    return { code: "file_too_large", message: `Please choose a file of at most ${inBytes(most)}.` };
  }
  if (accept !== undefined && accept.length > 0 && !accept.some((kind) => isOfKind(kind, facts))) {
    return { code: "file_type", message: `Please choose a file of this kind: ${kindsInWords(accept)}.` };
  }
  return null;
}

function isOfKind(kind: string, { type, name = "" }: FileFacts): boolean {
  const wanted = kind.trim().toLowerCase();
  if (wanted.startsWith(".")) return name.toLowerCase().endsWith(wanted);
  return wanted.endsWith("/*") ? type.toLowerCase().startsWith(wanted.slice(0, -1)) : type.toLowerCase() === wanted;
}

const KINDS: Readonly<Record<string, string>> = {
  "image/*": "images",
  "audio/*": "sound",
  "video/*": "film",
  "text/*": "text",
  "text/plain": "plain text",
  "application/pdf": "PDF",
};

/** `images, PDF, DOCX`, as people say it. */
export function kindsInWords(accept: readonly string[]): string {
  const inWords = (kind: string) => KINDS[kind] ?? (kind.startsWith(".") ? kind.slice(1) : (kind.split("/")[1] ?? kind)).toUpperCase();
  return accept.map((kind) => inWords(kind.trim().toLowerCase())).join(", ");
}

/** `500 bytes`, `1.5 MB`, as people say it. */
export function inBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  return bytes < 1024 * 1024 ? `${+(bytes / 1024).toFixed(1)} KB` : `${+(bytes / 1024 / 1024).toFixed(1)} MB`;
}
