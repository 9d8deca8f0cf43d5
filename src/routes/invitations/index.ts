import { z } from "@hono/zod-openapi";
import {
  acceptInvitation,
  type Invitation,
  invite,
  listInvitations,
  lookUpInvitation,
  resendInvitation,
  revokeInvitation,
} from "../../accounts";
import { ROLES } from "../../shared/context";
import { Email, Token } from "../auth/shapes";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";
import { toWorkspaceView, WorkspaceView } from "../workspaces/shapes";

const tags = ["Invitations"];
const tokenBody = jsonBody(z.object({ token: Token }).openapi("InvitationToken", { example: { token: "kD3…" } }));

const InvitationView = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.enum(ROLES),
    status: z.enum(["pending", "accepted", "revoked", "expired"]),
    invited_by: z.string(),
    accepted_by: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .openapi("Invitation");

const createRoute = defineRoute({
  method: "post",
  path: "/api/v1/invitations",
  access: "manage",
  tags,
  summary: "Invite somebody by e-mail",
  request: {
    body: jsonBody(
      z
        .object({ email: Email, role: z.enum(ROLES) })
        .openapi("InvitationInput", { example: { email: "grace@example.org", role: "editor" } }),
    ),
  },
  responses: { 201: json(InvitationView, "The invitation; its link is in the mail alone") },
});
const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/invitations",
  access: "manage",
  tags,
  summary: "List invitations, newest first",
  request: { query: ListQuery },
  responses: { 200: json(listOf("invitations", InvitationView), "A page of invitations") },
});
const resendRoute = defineRoute({
  method: "post",
  path: "/api/v1/invitations/{id}/resend",
  access: "manage",
  tags,
  summary: "Send an invitation again, with a new link",
  request: { params: IdParam },
  responses: { 200: json(InvitationView, "The invitation; the links sent before stop working") },
});
const revokeRoute = defineRoute({
  method: "delete",
  path: "/api/v1/invitations/{id}",
  access: "manage",
  tags,
  summary: "Take an invitation back",
  request: { params: IdParam },
  responses: { 204: { description: "Taken back" } },
});
const lookUpRoute = defineRoute({
  method: "post",
  path: "/api/v1/invitations/look-up",
  alsoFails: { 409: "It was accepted already", 410: "It was taken back or has expired" },
  access: "public",
  bucket: "auth",
  tags,
  summary: "What an invitation's link is for",
  request: { body: tokenBody },
  responses: { 200: json(z.object({ workspace_name: z.string(), email: z.string(), role: z.enum(ROLES) }), "An open invitation") },
});
const acceptRoute = defineRoute({
  method: "post",
  path: "/api/v1/invitations/accept",
  alsoFails: { 410: "It was taken back or has expired" },
  access: "person",
  bucket: "auth",
  tags,
  summary: "Accept an invitation",
  description: "For the signed-in owner of the address it was sent to. Whoever has no account yet passes the token to sign-up.",
  request: { body: tokenBody },
  responses: { 200: json(WorkspaceView, "The workspace joined, which is now the active one") },
});

export const invitations = newApp()
  .openapi(createRoute, async (c) => c.json(toInvitationView(await invite(c.get("ctx"), c.req.valid("json"))), 201))
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listInvitations(c.get("ctx"), c.req.valid("query"));
    return c.json({ invitations: items.map(toInvitationView), next_cursor: nextCursor }, 200);
  })
  .openapi(lookUpRoute, async (c) => {
    const { workspaceName, email, role } = await lookUpInvitation(c.get("ctx"), c.req.valid("json").token);
    return c.json({ workspace_name: workspaceName, email, role }, 200);
  })
  .openapi(acceptRoute, async (c) => c.json(toWorkspaceView(await acceptInvitation(c.get("ctx"), c.req.valid("json").token)), 200))
  .openapi(resendRoute, async (c) => c.json(toInvitationView(await resendInvitation(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(revokeRoute, async (c) => {
    await revokeInvitation(c.get("ctx"), c.req.valid("param").id);
    return c.body(null, 204);
  });

function toInvitationView({ id, email, role, status, invitedBy, acceptedBy, createdAt, updatedAt, expiresAt }: Invitation) {
  return {
    id,
    email,
    role,
    status,
    invited_by: invitedBy,
    accepted_by: acceptedBy,
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
    expires_at: isoTime(expiresAt),
  };
}
