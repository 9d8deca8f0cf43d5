// Files that strangers have made, on the wire: no browser may take one for a page of ours.

export interface SentFile {
  body: ReadableStream;
  name: string;
  contentType: string;
  size: number;
  etag: string;
  /** Null: all of it. */
  range: { from: number; to: number; of: number } | null;
  /** Until when the link to it works. */
  expiresAt?: number;
  /** Shown instead of saved; for what can carry nothing that runs. */
  inline?: boolean;
}

export function fileReply(file: SentFile): Response {
  const { range } = file;
  const headers = new Headers({
    "Content-Type": file.contentType,
    "Content-Disposition": disposition(file.name, file.inline === true),
    "Content-Length": String(range === null ? file.size : range.to - range.from + 1),
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    ETag: file.etag,
    "Content-Security-Policy": "default-src 'none'; sandbox",
  });
  if (file.expiresAt !== undefined) headers.set("Expires", new Date(file.expiresAt).toUTCString());
  if (range === null) return new Response(file.body, { headers });
  headers.set("Content-Range", `bytes ${range.from}-${range.to}/${range.of}`);
  return new Response(file.body, { status: 206, headers });
}

/** The plain name for old programs, the real one for the rest. */
function disposition(name: string, inline: boolean): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${inline ? "inline" : "attachment"}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
