// What whoever fills in a form does with files, before submitting them.
import { z } from "@hono/zod-openapi";
import {
  abortUpload,
  beginUpload,
  completeUpload,
  getUploadState,
  MAX_IN_ONE_REQUEST,
  PART_BYTES,
  putPart,
  uploadFile,
} from "../../uploads";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { FormParam, lengthOf, tags, toReceipt, toState, UploadParam, UploadReceipt, UploadStateView, visitorOf } from "./shapes";

const MIB = 1_048_576;
const path = "/api/v1/forms/{id}/uploads";
const access = "public" as const;
const DOORS = { 401: "A key that is not valid", 403: "A site or a key that may not", 410: "The form is closed" };
const ROOM = { 409: "There is no room for more files" };

const Field = z.string().min(1).max(300).openapi({ example: "cv", description: "Path of the question: `cv`, `people.photo`." });
const Name = z.string().min(1).max(500).openapi({ example: "cv.pdf" });

const uploadRoute = defineRoute({
  method: "post",
  path,
  access,
  tags,
  summary: "Upload a file in one request",
  description:
    `The body is the file itself, at most ${MAX_IN_ONE_REQUEST / MIB} MiB, with its Content-Length; Content-Type says what it is, and its first ` +
    "bytes must agree. Send the id as the answer. What no response names within 24 hours is removed. An upload that is sent twice is two uploads.",
  request: { params: FormParam, query: z.object({ field: Field, name: Name }) },
  responses: { 201: json(UploadReceipt, "Stored") },
  alsoFails: { ...DOORS, ...ROOM, 413: "Too large for one request" },
});
const beginRoute = defineRoute({
  method: "post",
  // Not below `uploads/`: a fixed word where another route has an id would put all of a form's routes out of the router's expression.
  path: "/api/v1/forms/{id}/resumable-uploads",
  access,
  tags,
  summary: "Begin an upload in parts",
  description: `For large files and bad lines: send parts of ${PART_BYTES / MIB} MiB in any order, each as often as needed, then complete.`,
  request: {
    params: FormParam,
    body: jsonBody(
      z.strictObject({
        field: Field,
        name: Name,
        type: z.string().max(200).optional(),
        size: z
          .number()
          .int()
          .min(0)
          .max(2 ** 40),
      }),
      { field: "cv", name: "cv.pdf", type: "application/pdf", size: 20_000_000 },
    ),
  },
  responses: { 201: json(UploadStateView, "Begun") },
  alsoFails: { ...DOORS, ...ROOM },
});
const partRoute = defineRoute({
  method: "put",
  path: `${path}/{uid}/parts/{part}`,
  access,
  tags,
  summary: "Send a part",
  description: "The body is the part itself, with its Content-Length. Sent again, it takes the place of the first.",
  request: {
    params: UploadParam.extend({
      part: z.coerce.number().int().min(1).max(10_000).openapi({ type: "integer", minimum: 1, maximum: 10_000 }),
    }),
  },
  responses: { 200: json(z.object({ part: z.number().int(), size: z.number().int() }), "There") },
  alsoFails: { ...DOORS, 409: "The upload is complete" },
});
const stateRoute = defineRoute({
  method: "get",
  path: `${path}/{uid}`,
  access,
  // Not cached like other public reads, and what is asked for is a secret.
  bucket: "auth",
  tags,
  summary: "See which parts are there",
  description: "Until a response has the file.",
  request: { params: UploadParam },
  responses: { 200: json(UploadStateView, "What is there") },
  alsoFails: DOORS,
});
const completeRoute = defineRoute({
  method: "post",
  path: `${path}/{uid}/complete`,
  access,
  tags,
  summary: "Put the parts together",
  description: "Said again, it answers the same.",
  request: { params: UploadParam },
  responses: { 200: json(UploadReceipt, "Stored") },
  alsoFails: { ...DOORS, 409: "Not begun in parts, or they do not go together" },
});
const abortRoute = defineRoute({
  method: "delete",
  path: `${path}/{uid}`,
  access,
  tags,
  summary: "Take an upload back before it is submitted",
  request: { params: UploadParam },
  responses: { 204: { description: "Nothing of it is left" } },
  alsoFails: { ...DOORS, 409: "It is being submitted" },
});

export const send = newApp()
  .openapi(uploadRoute, async (c) => {
    const { field, name } = c.req.valid("query");
    const row = await uploadFile(c.get("ctx"), {
      formId: c.req.valid("param").id,
      field,
      name,
      type: c.req.header("Content-Type") ?? "",
      length: lengthOf(c),
      body: c.req.raw.body,
      visitor: visitorOf(c),
    });
    return c.json(toReceipt(row), 201);
  })
  .openapi(beginRoute, async (c) => {
    const { type = "", ...file } = c.req.valid("json");
    const state = await beginUpload(c.get("ctx"), { formId: c.req.valid("param").id, ...file, type, visitor: visitorOf(c) });
    c.header("Location", `/api/v1/forms/${state.upload.formId}/uploads/${state.upload.id}`);
    return c.json(toState(state), 201);
  })
  .openapi(partRoute, async (c) => {
    const { id: formId, uid: id, part } = c.req.valid("param");
    const input = { formId, id, part, length: lengthOf(c), body: c.req.raw.body, visitor: visitorOf(c) };
    return c.json(await putPart(c.get("ctx"), input), 200);
  })
  .openapi(stateRoute, async (c) => {
    const { id: formId, uid: id } = c.req.valid("param");
    c.header("Cache-Control", "private, no-store");
    return c.json(toState(await getUploadState(c.get("ctx"), { formId, id, visitor: visitorOf(c) })), 200);
  })
  .openapi(completeRoute, async (c) => {
    const { id: formId, uid: id } = c.req.valid("param");
    return c.json(toReceipt(await completeUpload(c.get("ctx"), { formId, id, visitor: visitorOf(c) })), 200);
  })
  .openapi(abortRoute, async (c) => {
    const { id: formId, uid: id } = c.req.valid("param");
    await abortUpload(c.get("ctx"), { formId, id, visitor: visitorOf(c) });
    return c.body(null, 204);
  });
