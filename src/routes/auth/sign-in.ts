import { z } from "@hono/zod-openapi";
import { signIn, signOut, whoAmI } from "../../accounts";
import { dropSessionCookie, passCookies } from "../../middleware/cookies";
import { ROLES } from "../../shared/context";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { isoTime } from "../wire";
import { Email, Password, UserView } from "./shapes";

const tags = ["Signing in"];

const signInRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/sign-in",
  access: "public",
  bucket: "auth",
  alsoFails: { 401: "The address or the password is wrong", 403: "The address is not confirmed yet" },
  tags,
  summary: "Sign in with e-mail and password",
  description: "Sets the session cookie. An address that was not confirmed yet gets 403 `email_not_verified` and the mail again.",
  request: {
    body: jsonBody(
      z
        .object({ email: Email, password: Password })
        .openapi("SignIn", { example: { email: "ada@example.org", password: "a long sentence is a good one" } }),
    ),
  },
  responses: { 200: json(z.object({ user: UserView }), "Signed in") },
});

const signOutRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/sign-out",
  access: "person",
  tags,
  summary: "Sign out of this session",
  responses: { 204: { description: "Signed out" } },
});

const sessionRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/session",
  access: "person",
  tags,
  summary: "Who is signed in, and in which workspace they act",
  description: "The workspace is the one named by `X-Workspace-Id`, else the one chosen last, else the first they joined.",
  responses: {
    200: json(
      z
        .object({
          user: UserView.extend({ created_at: z.iso.datetime() }),
          session_id: z.string(),
          workspace_id: z.string().nullable(),
          role: z.enum(ROLES).nullable(),
        })
        .openapi("Session"),
      "The session",
    ),
  },
});

export const signingIn = newApp()
  .openapi(signInRoute, async (c) => {
    const { user, cookies } = await signIn(c.get("ctx"), c.req.valid("json"));
    passCookies(c, cookies);
    c.header("Cache-Control", "no-store");
    return c.json({ user }, 200);
  })
  .openapi(signOutRoute, async (c) => {
    await signOut(c.get("ctx"));
    dropSessionCookie(c);
    return c.body(null, 204);
  })
  .openapi(sessionRoute, async (c) => {
    const { user, sessionId, workspaceId, role } = await whoAmI(c.get("ctx"));
    const { createdAt, ...rest } = user;
    c.header("Cache-Control", "no-store");
    return c.json(
      { user: { ...rest, created_at: isoTime(createdAt.getTime()) }, session_id: sessionId, workspace_id: workspaceId, role },
      200,
    );
  });
