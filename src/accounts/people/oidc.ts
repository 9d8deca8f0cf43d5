import type { ServiceContext } from "../../shared/context";
import { NotFoundError } from "../../shared/errors";
import { withTimeLimit } from "../../shared/time-limit";
import { createAuth } from "./auth";
import { callAuth, clientHeaders } from "./call-auth";
import { localPath } from "./google";
import { type OidcProvider, readOidcProviders } from "./oidc-providers";

const TIMEOUT_MS = 10_000;

/** Where to send the browser; the cookies tie the way back to this browser. */
export async function startOidc(ctx: ServiceContext, providerId: string, redirectTo?: string): Promise<{ url: string; cookies: string[] }> {
  const oidc = findProvider(ctx, providerId);
  const started = callAuth(
    createAuth(ctx, { oidc }).api.signInSocial({
      body: { provider: oidc.id, callbackURL: localPath(redirectTo), errorCallbackURL: "/account/sign-in", disableRedirect: true },
      headers: clientHeaders(ctx),
      returnHeaders: true,
    }),
  );
  const { headers, response } = await withTimeLimit("A provider of sign-in", TIMEOUT_MS, started);
  return { url: response.url ?? "", cookies: headers.getSetCookie() };
}

/** The provider sends the browser back here. */
export async function finishOidc(ctx: ServiceContext, providerId: string, request: Request): Promise<Response> {
  const oidc = findProvider(ctx, providerId);
  return withTimeLimit("A provider of sign-in", TIMEOUT_MS, createAuth(ctx, { oidc }).handler(request));
}

function findProvider(ctx: ServiceContext, providerId: string): OidcProvider {
  const { providers, problem } = readOidcProviders(ctx.env);
  if (problem !== null) ctx.log.error("sign-in providers are misconfigured", { problem });
  const found = providers.find(({ id }) => id === providerId);
  if (found === undefined) throw new NotFoundError("This way to sign in");
  return found;
}
