import { z } from "@hono/zod-openapi";
import { deleteResponse, eraseResponse, restoreResponse, updateResponse } from "../../responses";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { Answers, ResponseParams, ResponseView, toResponseView } from "./shapes";

const common = { tags: ["Responses"] };
const ok = { 200: json(ResponseView, "The response") };

const updateRoute = defineRoute({
  ...common,
  method: "patch",
  path: "/api/v1/forms/{id}/responses/{rid}",
  access: "write",
  summary: "Edit a response",
  description: "`data` is merged into the answers; null takes one away. The result must be valid by the version that was answered.",
  request: { params: ResponseParams, body: jsonBody(z.object({ data: Answers }).strict(), { data: { score: 9 } }) },
  responses: ok,
});
const deleteRoute = defineRoute({
  ...common,
  method: "delete",
  path: "/api/v1/forms/{id}/responses/{rid}",
  access: "delete",
  summary: "Delete a response; it can be restored",
  request: { params: ResponseParams },
  responses: { 204: { description: "Deleted" } },
});
const restoreRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/forms/{id}/responses/{rid}/restore",
  access: "write",
  summary: "Bring a deleted response back",
  request: { params: ResponseParams },
  responses: ok,
});
const eraseRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/forms/{id}/responses/{rid}/erase",
  access: "delete",
  summary: "Erase a response for good",
  description: "Its answers and their history are gone; its place in the chain stays and still proves itself.",
  request: { params: ResponseParams },
  responses: { 204: { description: "Erased" } },
});

export const change = newApp()
  .openapi(updateRoute, async (c) => {
    const { id, rid } = c.req.valid("param");
    return c.json(toResponseView(await updateResponse(c.get("ctx"), id, rid, c.req.valid("json").data)), 200);
  })
  .openapi(deleteRoute, async (c) => {
    const { id, rid } = c.req.valid("param");
    await deleteResponse(c.get("ctx"), id, rid);
    return c.body(null, 204);
  })
  .openapi(restoreRoute, async (c) => {
    const { id, rid } = c.req.valid("param");
    return c.json(toResponseView(await restoreResponse(c.get("ctx"), id, rid)), 200);
  })
  .openapi(eraseRoute, async (c) => {
    const { id, rid } = c.req.valid("param");
    await eraseResponse(c.get("ctx"), id, rid);
    return c.body(null, 204);
  });
