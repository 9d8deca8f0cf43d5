import { z } from "@hono/zod-openapi";
import { changeRole, listMembers, type Member, removeMember } from "../../accounts";
import { ROLES } from "../../shared/context";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

const MemberView = z
  .object({
    id: z.string(),
    user_id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(ROLES),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Member");

const tags = ["Members"];

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/members",
  access: "read",
  tags,
  summary: "List the members of the workspace",
  request: { query: ListQuery },
  responses: { 200: json(listOf("members", MemberView), "A page of members, the earliest first") },
});
const changeRoute = defineRoute({
  method: "patch",
  path: "/api/v1/members/{id}",
  access: "manage",
  tags,
  summary: "Change a member's role",
  description: "409 `last_admin` when it would leave the workspace without one.",
  request: { params: IdParam, body: jsonBody(z.object({ role: z.enum(ROLES) }).openapi("MemberInput", { example: { role: "editor" } })) },
  responses: { 200: json(MemberView, "The member") },
});
const removeRoute = defineRoute({
  method: "delete",
  path: "/api/v1/members/{id}",
  access: "manage",
  tags,
  summary: "Remove a member",
  request: { params: IdParam },
  responses: { 204: { description: "Removed" } },
});

export const members = newApp()
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listMembers(c.get("ctx"), c.req.valid("query"));
    return c.json({ members: items.map(toMemberView), next_cursor: nextCursor }, 200);
  })
  .openapi(changeRoute, async (c) => {
    const member = await changeRole(c.get("ctx"), { ...c.req.valid("param"), ...c.req.valid("json") });
    return c.json(toMemberView(member), 200);
  })
  .openapi(removeRoute, async (c) => {
    await removeMember(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });

function toMemberView({ id, userId, name, email, role, createdAt, updatedAt }: Member) {
  return { id, user_id: userId, name, email, role, created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) };
}
