// pure. Looking for a word in all texts of a dictionary at once, over their bytes: no text is made for those that do not have it.
import { Buffer } from "node:buffer";
import type { Dictionary } from "../segment/dictionary";

const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/** In UTF-8, with ASCII capitals made small, as both stores do it. */
export function foldedBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text)).map((byte) => FOLD[byte] as number);
}

export function containsFolded(
  { bytes, offsets, firstText, firstJson }: Dictionary,
  wanted: Uint8Array,
  found: (code: number) => void,
): void {
  const texts = firstJson - firstText;
  if (wanted.length === 0) {
    for (let i = 0; i < texts; i++) found(firstText + i);
    return;
  }
  const first = wanted[0] as number;
  for (let i = 0; i < texts; i++) {
    const last = (offsets[i + 1] as number) - wanted.length;
    for (let at = offsets[i] as number; at <= last; at++) {
      if (FOLD[bytes[at] as number] === first && matchesAt(bytes, at, wanted)) {
        found(firstText + i);
        break;
      }
    }
  }
}

function matchesAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 1; i < wanted.length; i++) if (FOLD[bytes[at + i] as number] !== wanted[i]) return false;
  return true;
}
