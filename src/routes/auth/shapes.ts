// What the routes of signing in share: fields, and how cookies are passed on and taken away.
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie } from "hono/cookie";
import { isSecure, sessionCookieName } from "../../accounts";
import type { AppEnv } from "../../middleware/app-types";
import { plainText } from "../../shared/text";

const MAX_EMAIL = 254;
const MAX_SECRET = 1_000;

export const Email = z
  .string()
  .trim()
  .pipe(z.email().max(MAX_EMAIL))
  .openapi({ type: "string", format: "email", example: "ada@example.org" });
export const PersonName = plainText(100).min(1).openapi({ example: "Ada Lovelace" });
/** How good it is, the domain decides; this only bounds it. */
export const Password = z.string().min(1).max(MAX_SECRET).openapi({ format: "password", example: "a long sentence is a good one" });
export const Token = z.string().min(1).max(MAX_SECRET).openapi({ example: "kD3…" });

export const UserView = z.object({ id: z.string(), name: z.string(), email: z.string() }).openapi("User");

export const MailSent = z.object({ status: z.literal("check_your_mail") });

export function passCookies(c: Context<AppEnv>, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header("Set-Cookie", cookie, { append: true });
}

export function dropSessionCookie(c: Context<AppEnv>): void {
  deleteCookie(c, sessionCookieName(c.env), { path: "/", secure: isSecure(c.env), httpOnly: true, sameSite: "Lax" });
}
