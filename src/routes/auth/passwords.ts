import { z } from "@hono/zod-openapi";
import { changePassword, forgotPassword, resetPassword } from "../../accounts";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { Email, MailSent, Password, Token } from "./shapes";

const tags = ["Signing in"];

const forgotRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/forgot-password",
  access: "public",
  bucket: "auth",
  tags,
  summary: "Ask for a link to choose a new password",
  request: { body: jsonBody(z.object({ email: Email }).openapi("ForgotPassword", { example: { email: "ada@example.org" } })) },
  responses: { 202: json(MailSent, "Sent, if there is such an account") },
});

const resetRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/reset-password",
  access: "public",
  bucket: "auth",
  tags,
  summary: "Choose a new password with the token from the mail",
  description: "Every session of the person ends.",
  request: {
    body: jsonBody(
      z
        .object({ token: Token, new_password: Password })
        .openapi("ResetPassword", { example: { token: "kD3…", new_password: "another long sentence" } }),
    ),
  },
  responses: { 200: json(z.object({ status: z.literal("password_changed") }), "Sign in with it") },
});

const changeRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/change-password",
  access: "person",
  bucket: "auth",
  tags,
  summary: "Change the password of the signed-in person",
  description: "Every other session of the person ends.",
  request: {
    body: jsonBody(
      z.object({ current_password: Password, new_password: Password }).openapi("ChangePassword", {
        example: { current_password: "a long sentence is a good one", new_password: "another long sentence" },
      }),
    ),
  },
  responses: { 204: { description: "Changed" } },
});

export const passwords = newApp()
  .openapi(forgotRoute, async (c) => {
    await forgotPassword(c.get("ctx"), c.req.valid("json").email);
    return c.json({ status: "check_your_mail" as const }, 202);
  })
  .openapi(resetRoute, async (c) => {
    const { token, new_password: newPassword } = c.req.valid("json");
    await resetPassword(c.get("ctx"), { token, newPassword });
    return c.json({ status: "password_changed" as const }, 200);
  })
  .openapi(changeRoute, async (c) => {
    const body = c.req.valid("json");
    await changePassword(c.get("ctx"), { currentPassword: body.current_password, newPassword: body.new_password });
    return c.body(null, 204);
  });
