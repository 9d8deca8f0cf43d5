// What a workspace does with the files it was sent.
import { z } from "@hono/zod-openapi";
import { deleteUpload, getUpload, linkToUpload, listUploads, type OpenedUpload, openLinkedUpload, openUpload } from "../../uploads";
import { defineRoute, json, jsonBody } from "../define-route";
import { fileReply } from "../file-reply";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";
import { tags, toView, UploadView } from "./shapes";

const path = "/api/v1/uploads";
const DAY_SECONDS = 86_400;
const NOT_READY = { 409: "Not complete, or still being scanned", 410: "Deleted, or refused by the scanner" };
const FILE = {
  200: { description: "The file", content: { "application/octet-stream": { schema: z.string() } } },
  206: { description: "A part of it", content: { "application/octet-stream": { schema: z.string() } } },
};
const Shown = z
  .enum(["true", "false"])
  .default("false")
  .openapi({ description: "Shown instead of saved: images, sound, film and plain text." });

const listRoute = defineRoute({
  method: "get",
  path,
  access: "read",
  tags,
  summary: "List the uploads of a form, oldest first",
  request: { query: ListQuery.extend({ form_id: z.string().max(64), response_id: z.string().max(64).optional() }) },
  responses: { 200: json(listOf("uploads", UploadView), "A page of uploads") },
});
const getRoute = defineRoute({
  method: "get",
  path: `${path}/{id}`,
  access: "read",
  tags,
  summary: "Read what is known of an upload",
  request: { params: IdParam },
  responses: { 200: json(UploadView, "The upload") },
});
const contentRoute = defineRoute({
  method: "get",
  path: `${path}/{id}/content`,
  access: "read",
  tags,
  summary: "Download an upload",
  description: "Takes one `Range`.",
  request: { params: IdParam, query: z.object({ inline: Shown }) },
  responses: FILE,
  alsoFails: NOT_READY,
});
const linkRoute = defineRoute({
  method: "post",
  path: `${path}/{id}/link`,
  access: "read",
  tags,
  summary: "Make a link that needs no credentials",
  description: "It ends by itself, or when the upload is deleted.",
  request: {
    params: IdParam,
    body: jsonBody(
      z.strictObject({
        expires_in_seconds: z
          .number()
          .int()
          .min(60)
          .max(30 * DAY_SECONDS)
          .default(7 * DAY_SECONDS),
      }),
      { expires_in_seconds: 3600 },
    ),
  },
  responses: { 201: json(z.object({ url: z.string(), expires_at: z.iso.datetime() }).openapi("UploadLink"), "The link") },
  alsoFails: NOT_READY,
});
const deleteRoute = defineRoute({
  method: "delete",
  path: `${path}/{id}`,
  access: "delete",
  tags,
  summary: "Delete an upload for good",
  description: "The answer still names its id; the file is gone, and every link to it.",
  request: { params: IdParam },
  responses: { 204: { description: "Gone" } },
});
const linkedRoute = defineRoute({
  method: "get",
  path: "/u/{id}",
  access: "public",
  tags,
  summary: "Download an upload by a signed link",
  description: "The signature is all the credential there is. Takes one `Range`.",
  request: {
    params: IdParam,
    query: z.object({ expires: z.string().max(20).default(""), signature: z.string().max(100).default(""), inline: Shown }),
  },
  responses: FILE,
  alsoFails: { 409: NOT_READY[409], 410: "The link has expired, or the file is gone" },
});

export const read = newApp()
  .openapi(listRoute, async (c) => {
    const { form_id: formId, response_id: responseId, ...page } = c.req.valid("query");
    const { items, nextCursor } = await listUploads(c.get("ctx"), { formId, responseId, ...page });
    return c.json({ uploads: items.map(toView), next_cursor: nextCursor }, 200);
  })
  .openapi(getRoute, async (c) => c.json(toView(await getUpload(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(contentRoute, async (c) => {
    const opened = await openUpload(c.get("ctx"), c.req.valid("param").id, c.req.raw.headers);
    return reply(opened, c.req.valid("query").inline === "true");
  })
  .openapi(linkRoute, async (c) => {
    const { url, expiresAt } = await linkToUpload(c.get("ctx"), c.req.valid("param").id, c.req.valid("json").expires_in_seconds * 1_000);
    return c.json({ url, expires_at: isoTime(expiresAt) }, 201);
  })
  .openapi(deleteRoute, async (c) => {
    await deleteUpload(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(linkedRoute, async (c) => {
    const { inline, ...link } = c.req.valid("query");
    const opened = await openLinkedUpload(c.get("ctx"), { id: c.req.valid("param").id, ...link, range: c.req.raw.headers });
    return reply(opened, inline === "true", opened.expiresAt);
  });

const SHOWABLE = /^(image\/(png|jpeg|gif|webp|avif|bmp)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|text\/plain)$/;
/** What a browser would run, should it ever be shown after all. */
const RUNS =
  /^(text\/(html|xml|xsl|javascript|ecmascript)|image\/svg|application\/([a-z0-9.-]+\+)?xml|application\/(x-)?(java|ecma)script)/;

function reply({ upload, object, range }: OpenedUpload, inline: boolean, expiresAt?: number): Response {
  return fileReply({
    body: object.body,
    name: upload.name,
    contentType: RUNS.test(upload.type) ? "application/octet-stream" : upload.type,
    size: object.size,
    etag: object.httpEtag,
    range,
    inline: inline && SHOWABLE.test(upload.type),
    expiresAt,
  });
}
