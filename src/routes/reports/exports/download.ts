import { z } from "@hono/zod-openapi";
import { openExportFile } from "../../../reports";
import { defineRoute } from "../../define-route";
import { newApp } from "../../new-app";
import { ExportIdParam } from "./shapes";

const route = defineRoute({
  method: "get",
  path: "/api/v2/reports/exports/{id}/file",
  access: "public",
  tags: ["Exports"],
  summary: "Download the file of an export",
  description: "By the `download_url` of the export, whose signature is all the credential there is. Takes one `Range`.",
  request: {
    params: ExportIdParam,
    query: z.object({ expires: z.string().max(20).default(""), signature: z.string().max(100).default("") }),
  },
  responses: {
    200: { description: "The file", content: { "application/octet-stream": { schema: z.string() } } },
    206: { description: "A part of it", content: { "application/octet-stream": { schema: z.string() } } },
  },
  alsoFails: { 410: "The file has expired" },
});

export const download = newApp().openapi(route, async (c) => {
  const { object, name, expiresAt, range } = await openExportFile(c.get("ctx"), {
    ...c.req.valid("param"),
    ...c.req.valid("query"),
    range: c.req.raw.headers,
  });
  const headers = new Headers({
    "Content-Type": object.httpMetadata?.contentType ?? "application/octet-stream",
    "Content-Disposition": disposition(name),
    "Content-Length": String(range === null ? object.size : range.to - range.from + 1),
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    ETag: object.httpEtag,
    // The file holds what strangers wrote: no browser may take it for a page of ours.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    Expires: new Date(expiresAt).toUTCString(),
  });
  if (range === null) return new Response(object.body, { headers });
  headers.set("Content-Range", `bytes ${range.from}-${range.to}/${range.of}`);
  return new Response(object.body, { status: 206, headers });
});

/** The plain name for old programs, the real one for the rest. */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
