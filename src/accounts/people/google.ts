import type { ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { createAuth, hasGoogle } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";

const AFTERWARDS = "/";

/** Where to send the browser; the cookies tie the way back to this browser. */
export async function startGoogle(ctx: ServiceContext, redirectTo?: string): Promise<{ url: string; cookies: string[] }> {
  if (!hasGoogle(ctx.env)) throw new NotFoundError("Sign-in with Google is not switched on; it");
  const { headers, response } = await callAuth(
    createAuth(ctx).api.signInSocial({
      body: { provider: "google", callbackURL: localPath(redirectTo), errorCallbackURL: "/account/sign-in", disableRedirect: true },
      headers: clientHeaders(ctx),
      returnHeaders: true,
    }),
  );
  return { url: response.url ?? "", cookies: headers.getSetCookie() };
}

/** Google sends the browser back here; the only request that better-auth handles as HTTP. */
export async function finishGoogle(ctx: ServiceContext, request: Request): Promise<Response> {
  if (!hasGoogle(ctx.env)) throw new NotFoundError("The page");
  return createAuth(ctx).handler(request);
}

/** Back to a path of ours and nowhere else: `//evil.example` and `/\evil.example` are other hosts to a browser. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes("\\") ? path : AFTERWARDS;
}
