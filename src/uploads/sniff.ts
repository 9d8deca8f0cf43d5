// pure. What a file is by its first bytes. Only what is told apart for a reason is in the table; the rest is null.

/** So many bytes are looked at; a file may be shorter. */
export const HEAD_BYTES = 4_096;

type Signature = readonly [at: number, bytes: string, type: string];

const SIGNATURES: readonly Signature[] = [
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "GIF87a", "image/gif"],
  [0, "GIF89a", "image/gif"],
  [0, "II*\0", "image/tiff"],
  [0, "MM\0*", "image/tiff"],
  [0, "BM", "image/bmp"],
  [0, "\0\0\x01\0", "image/x-icon"],
  [0, "%PDF-", "application/pdf"],
  [0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"],
  [0, "\x1f\x8b", "application/gzip"],
  [0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"],
  [0, "Rar!\x1a\x07", "application/vnd.rar"],
  [0, "BZh", "application/x-bzip2"],
  [0, "\xfd7zXZ\0", "application/x-xz"],
  [257, "ustar", "application/x-tar"],
  [0, "ID3", "audio/mpeg"],
  [0, "OggS", "audio/ogg"],
  [0, "fLaC", "audio/flac"],
  [0, "\x1aE\xdf\xa3", "video/webm"],
  [0, "MZ", "application/x-msdownload"],
  [0, "\x7fELF", "application/x-elf"],
  [0, "\xcf\xfa\xed\xfe", "application/x-mach-binary"],
  [0, "\xfe\xed\xfa\xcf", "application/x-mach-binary"],
  [0, "\xca\xfe\xba\xbe", "application/x-mach-binary"],
  [0, "wOFF", "font/woff"],
  [0, "wOF2", "font/woff2"],
];

export const OFFICE = "application/vnd.openxmlformats-officedocument";

export function sniff(head: Uint8Array): string | null {
  const text = latin1(head.subarray(0, HEAD_BYTES));
  if (text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06")) return insideZip(text);
  if (text.startsWith("RIFF")) return riff(text.slice(8, 12));
  if (text.slice(4, 8) === "ftyp") return isoMedia(text.slice(8, 12));
  const found = SIGNATURES.find(([at, bytes]) => text.startsWith(bytes, at));
  // Two letters alone would make bitmaps and programs of texts that begin with BM or MZ.
  if (found !== undefined && !(found[1].length === 2 && isText(head) && found[2] !== "application/gzip")) return found[2];
  if (isMpegAudio(head)) return "audio/mpeg";
  return isText(head) ? markup(text) : null;
}

/** Of an entry, before its name. */
const ZIP_ENTRY_BYTES = 30;

function insideZip(text: string): string {
  // The first entry of an OpenDocument or EPUB file is called `mimetype` and is not compressed.
  const named = /^mimetype(application\/(?:vnd\.oasis\.opendocument\.[a-z]+|epub\+zip))/.exec(text.slice(ZIP_ENTRY_BYTES));
  if (named?.[1] !== undefined) return named[1];
  const isOffice = text.includes("[Content_Types].xml") || text.includes("_rels/.rels");
  if (text.includes("word/")) return `${OFFICE}.wordprocessingml.document`;
  if (text.includes("xl/")) return `${OFFICE}.spreadsheetml.sheet`;
  if (text.includes("ppt/")) return `${OFFICE}.presentationml.presentation`;
  return isOffice ? OFFICE : "application/zip";
}

function riff(kind: string): string | null {
  return { WEBP: "image/webp", WAVE: "audio/wav", "AVI ": "video/x-msvideo" }[kind] ?? null;
}

function isoMedia(brand: string): string {
  if (/^(heic|heix|heim|heis|mif1|msf1)$/.test(brand)) return "image/heic";
  if (/^avi[fs]$/.test(brand)) return "image/avif";
  if (/^M4[AB] $/.test(brand)) return "audio/mp4";
  return brand === "qt  " ? "video/quicktime" : "video/mp4";
}

/** A frame: eleven bits of ones, then a layer and a bit rate that exist. */
function isMpegAudio([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  return (
    first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && (second & 0x18) !== 0x08 && third >> 4 !== 15 && third >> 4 !== 0
  );
}

function isText(head: Uint8Array): boolean {
  try {
    // The last character may be cut off.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(head.subarray(0, HEAD_BYTES), { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells text from the rest.
    return !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}

function markup(text: string): string {
  const start = text
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart()
    .toLowerCase();
  if (/^<svg[\s>/]/.test(afterProlog(start))) return "image/svg+xml";
  if (/<(!doctype html|html|head|body|script|iframe|table|title|a|img|div|form|meta|style)[\s>/]/.test(start.slice(0, 1_000)))
    return "text/html";
  return start.startsWith("<?xml") ? "application/xml" : "text/plain";
}

const PROLOG = [
  ["<?xml", "?>"],
  ["<!--", "-->"],
  ["<!doctype svg", ">"],
] as const;

/** Step by step: one expression for all of it would try every way to cut a thousand comments. */
function afterProlog(text: string): string {
  let rest = text;
  for (;;) {
    const part = PROLOG.find(([from]) => rest.startsWith(from));
    const end = part === undefined ? -1 : rest.indexOf(part[1], part[0].length);
    if (part === undefined || end === -1) return rest;
    rest = rest.slice(end + part[1].length).trimStart();
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
