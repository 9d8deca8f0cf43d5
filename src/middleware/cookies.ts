// How the session's cookies are passed on and taken away.
import type { Context } from "hono";
import { deleteCookie } from "hono/cookie";
import { isSecure, sessionCookieName } from "../accounts";
import type { AppEnv } from "./app-types";

export function passCookies(c: Context<AppEnv>, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header("Set-Cookie", cookie, { append: true });
}

export function dropSessionCookie(c: Context<AppEnv>): void {
  deleteCookie(c, sessionCookieName(c.env), { path: "/", secure: isSecure(c.env), httpOnly: true, sameSite: "Lax" });
}
