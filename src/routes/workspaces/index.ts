import { z } from "@hono/zod-openapi";
import {
  activateWorkspace,
  createWorkspace,
  deleteWorkspace,
  getWorkspace,
  leaveWorkspace,
  listMyWorkspaces,
  renameWorkspace,
} from "../../accounts";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam } from "../wire";
import { toWorkspaceView, WorkspaceName, WorkspaceView } from "./shapes";

// `person`, not a permission: the path names the workspace, and the verb asks what this person is there.
const common = { access: "person" as const, tags: ["Workspaces"] };
const ok = { 200: json(WorkspaceView, "The workspace, with the caller's role in it") };
const body = jsonBody(z.object({ name: WorkspaceName }).openapi("WorkspaceInput", { example: { name: "Riverside Coffee" } }));

const listRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v1/workspaces",
  summary: "List the workspaces the person belongs to",
  responses: { 200: json(z.object({ workspaces: z.array(WorkspaceView), next_cursor: z.null() }), "All of them") },
});
const createRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/workspaces",
  summary: "Make a workspace; the person becomes its admin",
  request: { body },
  responses: { 201: json(WorkspaceView, "The workspace") },
});
const getRoute = defineRoute({
  ...common,
  method: "get",
  path: "/api/v1/workspaces/{id}",
  summary: "Get a workspace",
  request: { params: IdParam },
  responses: ok,
});
const renameRoute = defineRoute({
  ...common,
  method: "patch",
  path: "/api/v1/workspaces/{id}",
  summary: "Rename a workspace (admins)",
  request: { params: IdParam, body },
  responses: ok,
});
const deleteRoute = defineRoute({
  ...common,
  method: "delete",
  path: "/api/v1/workspaces/{id}",
  summary: "Delete a workspace (admins)",
  description: "Nobody and no key gets in any more, from now on. Its data is kept for a while in case of a mistake.",
  request: { params: IdParam },
  responses: { 204: { description: "Deleted" } },
});
const activateRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/workspaces/{id}/activate",
  summary: "Act in this workspace from now on",
  request: { params: IdParam },
  responses: ok,
});
const leaveRoute = defineRoute({
  ...common,
  method: "post",
  path: "/api/v1/workspaces/{id}/leave",
  summary: "Leave a workspace",
  description: "409 `last_admin` for the only admin.",
  request: { params: IdParam },
  responses: { 204: { description: "Left" } },
});

export const workspaces = newApp()
  .openapi(listRoute, async (c) =>
    c.json({ workspaces: (await listMyWorkspaces(c.get("ctx"))).map(toWorkspaceView), next_cursor: null }, 200),
  )
  .openapi(createRoute, async (c) => {
    const id = await createWorkspace(c.get("ctx"), c.req.valid("json"));
    return c.json(toWorkspaceView(await getWorkspace(c.get("ctx"), id)), 201);
  })
  .openapi(getRoute, async (c) => c.json(toWorkspaceView(await getWorkspace(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(renameRoute, async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(toWorkspaceView(await renameWorkspace(c.get("ctx"), input)), 200);
  })
  .openapi(deleteRoute, async (c) => {
    await deleteWorkspace(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(activateRoute, async (c) => c.json(toWorkspaceView(await activateWorkspace(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(leaveRoute, async (c) => {
    await leaveWorkspace(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });
