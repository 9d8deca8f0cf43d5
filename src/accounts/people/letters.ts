// The mails of signing in. Links lead to pages, not to the API: a mail scanner that opens every link must not use them up.

import { prepareMail, sendMail } from "../../mail";
import type { ServiceContext } from "../../shared/context";

interface Addressee {
  name: string;
  email: string;
}

export function accountLink(env: Env, page: "sign-in" | "verify-email" | "reset-password" | "invitation", token?: string): string {
  const url = new URL(`/account/${page}`, env.PUBLIC_URL);
  if (token !== undefined) url.searchParams.set("token", token);
  return url.href;
}

export async function sendVerification(ctx: ServiceContext, to: Addressee, token: string): Promise<void> {
  await sendMail(ctx, {
    to: to.email,
    template: "verify-email",
    data: { name: to.name, url: accountLink(ctx.env, "verify-email", token) },
  });
}

export async function sendAlreadyRegistered(ctx: ServiceContext, to: Addressee): Promise<void> {
  await sendMail(ctx, { to: to.email, template: "already-registered", data: { name: to.name, url: accountLink(ctx.env, "sign-in") } });
}

export async function sendPasswordReset(ctx: ServiceContext, to: Addressee, token: string): Promise<void> {
  await sendMail(ctx, {
    to: to.email,
    template: "reset-password",
    data: { name: to.name, url: accountLink(ctx.env, "reset-password", token) },
  });
}

export function preparePasswordNotice(ctx: ServiceContext, to: Addressee) {
  const at = `${new Date(ctx.now()).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return prepareMail(ctx, { to: to.email, template: "password-changed", data: { name: to.name, at, ip: ctx.client.ip } });
}
