// pure. Text within XML.

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold.
const UNSPEAKABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold.
const NEEDS_CARE = /[&<>"\r\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/;

/** XML has no way to write most control characters, nor half a surrogate pair. */
export function escapeXml(text: string): string {
  // Nearly all text needs nothing, and one look is a fifth of the price of five.
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .toWellFormed()
    .replace(UNSPEAKABLE, "\uFFFD")
    .replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char)
    .replace(/\r\n?/g, "\n");
}
