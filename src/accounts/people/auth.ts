// better-auth, set up for one request.
//
// One instance per request, not per isolate: its callbacks (mail, hooks) close over the request's context, and no promise of
// one request is ever awaited by another, which the runtime forbids. Making one is well under a millisecond of plain object
// building; only the signing-in routes need it, because a session is read by our own single query (sessions.ts).
import { drizzleAdapter } from "@better-auth/drizzle-adapter";
import { type BetterAuthOptions, betterAuth } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import type { ServiceContext } from "../../shared/context";
import { type IdKind, newId } from "../../shared/ids";
import { tables } from "../../store";
import { PASSWORD_MAX, PASSWORD_MIN, RESET_LINK_MS, sessionLimits, VERIFY_LINK_MS } from "../settings";
import { makeFirstWorkspace } from "../workspaces/first-workspace";
import { afterPasswordReset } from "./after-password-reset";
import { sendAlreadyRegistered, sendPasswordReset, sendVerification } from "./letters";
import type { OidcProvider } from "./oidc-providers";
import { whoFrom } from "./origin";

const COOKIE_PREFIX = "headwater";
const ID_KINDS: Record<string, IdKind> = { user: "user", session: "session", account: "account", verification: "verification" };

export type Auth = ReturnType<typeof createAuth>;

export interface AuthVariant {
  /** Called once for each new person, however they came. Default: they get a workspace of their own. */
  userCreated?: (user: NewUser) => Promise<void>;
  verificationMail?: boolean;
  /** Only where it is asked for: setting one up reads its discovery document over the network. */
  oidc?: OidcProvider;
}

export interface NewUser {
  id: string;
  name: string;
  email: string;
}

export function createAuth(ctx: ServiceContext, variant: AuthVariant = {}) {
  return betterAuth(authOptions(ctx, variant));
}

/** Over https browsers hold it to that origin's secure side; plain http (a laptop) cannot have the prefix. */
export function sessionCookieName(env: Env): string {
  return `${isSecure(env) ? "__Secure-" : ""}${COOKIE_PREFIX}.session_token`;
}

export function isSecure(env: Env): boolean {
  return env.ENVIRONMENT !== "development" || env.PUBLIC_URL.startsWith("https:");
}

export function hasGoogle(env: Env): boolean {
  return Boolean(env.GOOGLE_CLIENT_ID && env.GOOGLE_CLIENT_SECRET);
}

function authOptions(
  ctx: ServiceContext,
  { userCreated = (user) => makeFirstWorkspace(ctx, user), verificationMail = true, oidc }: AuthVariant,
) {
  const { env } = ctx;
  const stamp = { data: { origin: whoFrom(ctx) } };
  return {
    appName: "Headwater",
    baseURL: env.PUBLIC_URL,
    basePath: "/api/auth",
    secret: env.APP_SECRET,
    trustedOrigins: [new URL(env.PUBLIC_URL).origin],
    telemetry: { enabled: false },
    // Ours is in front of every route, counts across isolates, and also counts by address of the account.
    rateLimit: { enabled: false },
    database: drizzleAdapter(ctx.db, {
      provider: "sqlite",
      schema: { user: tables.users, session: tables.sessions, account: tables.accounts, verification: tables.verifications },
    }),
    user: { additionalFields: { origin: hidden() } },
    account: { additionalFields: { origin: hidden() }, encryptOAuthTokens: true },
    verification: { storeIdentifier: "hashed" },
    session: {
      // The absolute limit; idleness is ours (sessions.ts). No cookie cache: each request reads role and session in one query
      // anyway, and a cached session would outlive its revocation.
      expiresIn: Math.floor(sessionLimits(env).absoluteMs / 1000),
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
      additionalFields: { origin: hidden(), lastUsedAt: { type: "date", required: false, input: false, returned: false } },
    },
    emailAndPassword: {
      enabled: true,
      // Also what makes sign-up answer the same for a known address.
      requireEmailVerification: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      resetPasswordTokenExpiresIn: RESET_LINK_MS / 1000,
      sendResetPassword: ({ user, token }) => sendPasswordReset(ctx, user, token),
      onExistingUserSignUp: ({ user }) => sendAlreadyRegistered(ctx, user),
      onPasswordReset: ({ user }) => afterPasswordReset(ctx, user),
    },
    emailVerification: {
      expiresIn: VERIFY_LINK_MS / 1000,
      sendOnSignUp: verificationMail,
      sendOnSignIn: true,
      // Whoever signed up with somebody else's address knows the password; its owner, who only followed the link, must not
      // find themselves inside an account that another can enter.
      autoSignInAfterVerification: false,
      sendVerificationEmail: ({ user, token }) => sendVerification(ctx, user, token),
    },
    socialProviders: hasGoogle(env)
      ? { google: { clientId: env.GOOGLE_CLIENT_ID ?? "", clientSecret: env.GOOGLE_CLIENT_SECRET, prompt: "select_account" } }
      : {},
    plugins: oidc === undefined ? [] : [genericOAuth({ config: [oidcConfig(oidc)] })],
    databaseHooks: {
      user: { create: { before: async () => stamp, after: userCreated }, update: { before: async () => stamp } },
      account: { create: { before: async () => stamp }, update: { before: async () => stamp } },
      session: { create: { before: async () => ({ data: { ...stamp.data, lastUsedAt: new Date(ctx.now()) } }) } },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: isSecure(env),
      defaultCookieAttributes: { sameSite: "lax", httpOnly: true, path: "/" },
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
      database: { generateId: ({ model }) => newId(ID_KINDS[model] ?? "verification", ctx.now()), validateSchema: false },
    },
    // Its messages may name addresses; what matters is in the audit trail.
    logger: { disabled: true },
  } satisfies BetterAuthOptions;
}

function oidcConfig({ id, name, discovery_url, client_id, client_secret }: OidcProvider) {
  return {
    providerId: id,
    name,
    discoveryUrl: discovery_url,
    clientId: client_id,
    clientSecret: client_secret,
    scopes: ["openid", "email", "profile"],
    pkce: true,
    requireIdTokenVerification: true,
  };
}

function hidden() {
  return { type: "string", required: false, input: false, returned: false } as const;
}
