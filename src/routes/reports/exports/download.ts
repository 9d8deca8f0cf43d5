import { z } from "@hono/zod-openapi";
import { openExportFile } from "../../../reports";
import { defineRoute } from "../../define-route";
import { fileReply } from "../../file-reply";
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
  return fileReply({
    body: object.body,
    name,
    contentType: object.httpMetadata?.contentType ?? "application/octet-stream",
    size: object.size,
    etag: object.httpEtag,
    range,
    expiresAt,
  });
});
