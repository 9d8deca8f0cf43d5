// Signing in at somebody else's: Google, and every OpenID Connect provider of the configuration.
import type { ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { withTimeLimit } from "../../shared/time-limit";
import { type Auth, createAuth, hasGoogle } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";
import { readOidcProviders } from "./oidc-providers";

export const GOOGLE = "google";
const AFTERWARDS = "/";
const TIMEOUT_MS = 10_000;

/** Where to send the browser; the cookies tie the way back to this browser. */
export async function startAtProvider(
  ctx: ServiceContext,
  providerId: string,
  redirectTo?: string,
): Promise<{ url: string; cookies: string[] }> {
  const started = callAuth(
    authWith(ctx, providerId).api.signInSocial({
      body: { provider: providerId, callbackURL: localPath(redirectTo), errorCallbackURL: "/account/sign-in", disableRedirect: true },
      headers: clientHeaders(ctx),
      returnHeaders: true,
    }),
  );
  const { headers, response } = await withTimeLimit("A provider of sign-in", TIMEOUT_MS, started);
  return { url: response.url ?? "", cookies: headers.getSetCookie() };
}

/** The provider sends the browser back here; the only request that better-auth handles as HTTP. */
export async function finishAtProvider(ctx: ServiceContext, providerId: string, request: Request): Promise<Response> {
  return withTimeLimit("A provider of sign-in", TIMEOUT_MS, authWith(ctx, providerId).handler(request));
}

function authWith(ctx: ServiceContext, providerId: string): Auth {
  if (providerId === GOOGLE) {
    if (!hasGoogle(ctx.env)) throw new NotFoundError("Sign-in with Google is not switched on; it");
    return createAuth(ctx);
  }
  const { providers, problem } = readOidcProviders(ctx.env);
  if (problem !== null) ctx.log.error("sign-in providers are misconfigured", { problem });
  const oidc = providers.find(({ id }) => id === providerId);
  if (oidc === undefined) throw new NotFoundError("This way to sign in");
  return createAuth(ctx, { oidc });
}

/** Back to a path of ours and nowhere else: `//evil.example` and `/\evil.example` are other hosts to a browser. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes("\\") ? path : AFTERWARDS;
}
