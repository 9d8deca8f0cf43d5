import { z } from "@hono/zod-openapi";
import { resendVerification, signUp, verifyEmail } from "../../accounts";
import { defineRoute, json, jsonBody } from "../define-route";
import { newApp } from "../new-app";
import { Email, MailSent, Password, PersonName, Token } from "./shapes";

const common = { method: "post" as const, access: "public" as const, bucket: "auth" as const, tags: ["Signing in"] };

const signUpRoute = defineRoute({
  ...common,
  path: "/api/v1/auth/sign-up",
  alsoFails: {
    403: "The invitation is for another address",
    409: "The invitation was accepted already",
    410: "It was taken back or has expired",
  },
  summary: "Sign up with e-mail and password",
  description:
    "The answer is the same whether the address is known or not; the mail tells its owner. With the token of an invitation the " +
    "address counts as confirmed and the person joins that workspace; without one they get a workspace of their own.",
  request: {
    body: jsonBody(
      z
        .object({ name: PersonName, email: Email, password: Password, invitation_token: Token.optional() })
        .openapi("SignUp", { example: { name: "Ada Lovelace", email: "ada@example.org", password: "a long sentence is a good one" } }),
    ),
  },
  responses: {
    202: json(z.object({ status: z.enum(["check_your_mail", "ready"]) }), "`ready`: sign in; else follow the link in the mail first"),
  },
});

const verifyRoute = defineRoute({
  ...common,
  path: "/api/v1/auth/verify-email",
  summary: "Confirm an e-mail address with the token from its mail",
  request: { body: jsonBody(z.object({ token: Token }).openapi("VerifyEmail", { example: { token: "eyJhbGciOi…" } })) },
  responses: { 200: json(z.object({ status: z.literal("verified") }), "The person can sign in now") },
});

const resendRoute = defineRoute({
  ...common,
  path: "/api/v1/auth/resend-verification",
  summary: "Send the confirmation mail again",
  request: { body: jsonBody(z.object({ email: Email }).openapi("ResendVerification", { example: { email: "ada@example.org" } })) },
  responses: { 202: json(MailSent, "Sent, if there is such an account and it needs one") },
});

export const signingUp = newApp()
  .openapi(signUpRoute, async (c) => {
    const { invitation_token: invitationToken, ...input } = c.req.valid("json");
    const { verified } = await signUp(c.get("ctx"), { ...input, invitationToken });
    return c.json({ status: verified ? ("ready" as const) : ("check_your_mail" as const) }, 202);
  })
  .openapi(verifyRoute, async (c) => {
    await verifyEmail(c.get("ctx"), c.req.valid("json").token);
    return c.json({ status: "verified" as const }, 200);
  })
  .openapi(resendRoute, async (c) => {
    await resendVerification(c.get("ctx"), c.req.valid("json").email);
    return c.json({ status: "check_your_mail" as const }, 202);
  });
