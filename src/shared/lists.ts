// Lists are bounded and paged by an opaque cursor: the sort key of the last item seen, so inserts cannot shift a page.
import { fromBase64Url, toBase64Url } from "./crypto";
import { InvalidError } from "./errors";

export const MAX_LIMIT = 1_000;
export const DEFAULT_LIMIT = 100;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export function encodeCursor(key: readonly (string | number)[]): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(key)));
}

export function decodeCursor(cursor: string | undefined, parts: number): (string | number)[] | null {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(cursor)));
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === "string" || Number.isFinite(part))) return key;
  } catch {
    // Falls through: whatever it was, it is not one of ours.
  }
  throw new InvalidError("The cursor is not one that this list gave out.", [
    { path: "cursor", message: "Pass `next_cursor` of the page before, unchanged.", code: "bad_cursor" },
  ]);
}

/** Ask the store for `limit + 1` rows; the extra one only says that there is more. */
export function toPage<T>(rows: T[], limit: number, key: (row: T) => (string | number)[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null };
}
