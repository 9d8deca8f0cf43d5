import { getResponse } from "../../responses";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { ResponseParams, ResponseView, toResponseView } from "./shapes";

const route = defineRoute({
  method: "get",
  path: "/api/v1/forms/{id}/responses/{rid}",
  access: "read",
  tags: ["Responses"],
  summary: "Read one response",
  description: "Readable from the moment it was accepted. A deleted one is still here, with the status `deleted`.",
  request: { params: ResponseParams },
  responses: { 200: json(ResponseView, "The response") },
});

export const get = newApp().openapi(route, async (c) => {
  const { id, rid } = c.req.valid("param");
  const { value, current } = await getResponse(c.get("ctx"), id, rid);
  if (!current) c.header("X-Stale", "true");
  c.header("Cache-Control", "private, no-store");
  return c.json(toResponseView(value), 200);
});
