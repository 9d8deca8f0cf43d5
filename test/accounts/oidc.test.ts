// Any OpenID Connect provider, by configuration. The provider here is three stubbed addresses and a real key that signs.
import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cookieOf, send } from "../support/send";

const ISSUER = "https://id.acme.test";
const PROVIDER = {
  id: "acme",
  name: "Acme",
  discovery_url: `${ISSUER}/.well-known/openid-configuration`,
  client_id: "client-id",
  client_secret: "client-secret",
};
const settings = { OIDC_PROVIDERS: JSON.stringify([PROVIDER]) };
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const keys = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
const otherKeys = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
const base64Url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
const part = (value: object) => base64Url(new TextEncoder().encode(JSON.stringify(value)));

afterEach(() => vi.restoreAllMocks());

async function idToken(claims: object, key = keys.privateKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: "ES256", kid: "k1" })}.${part({ iss: ISSUER, aud: "client-id", iat: now, exp: now + 300, ...claims })}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, new TextEncoder().encode(text));
  return `${text}.${base64Url(new Uint8Array(signature))}`;
}

async function comeBack(claims: object, key?: CryptoKey): Promise<{ reply: Response; cookie: string }> {
  let token = "";
  const publicKey = (await crypto.subtle.exportKey("jwk", keys.publicKey)) as JsonWebKey;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input));
    if (pathname.endsWith("openid-configuration")) {
      return Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        userinfo_endpoint: `${ISSUER}/userinfo`,
        jwks_uri: `${ISSUER}/keys`,
        id_token_signing_alg_values_supported: ["ES256"],
      });
    }
    if (pathname === "/keys") return Response.json({ keys: [{ ...publicKey, kid: "k1", alg: "ES256", use: "sig" }] });
    if (pathname === "/token") return Response.json({ access_token: "acme-token", id_token: token, token_type: "Bearer", expires_in: 300 });
    return new Response(null, { status: 404 });
  });
  const started = await send("POST", "/api/v1/auth/oidc/acme", { redirect_to: "/forms" }, { settings });
  expect(started.status, await started.clone().text()).toBe(200);
  const target = new URL((await started.json<{ url: string }>()).url);
  expect([target.origin, target.searchParams.get("redirect_uri")]).toEqual([ISSUER, `${env.PUBLIC_URL}/api/auth/callback/acme`]);
  expect(target.searchParams.get("code_challenge_method")).toBe("S256");
  token = await idToken({ nonce: target.searchParams.get("nonce") ?? undefined, ...claims }, key);
  const reply = await send("GET", `/api/auth/callback/acme?code=a-code&state=${target.searchParams.get("state")}`, undefined, {
    settings,
    cookie: cookieOf(started),
  });
  return { reply, cookie: cookieOf(reply) };
}

describe("a provider by configuration", () => {
  test("is listed, and signs a new person in with an account and a workspace", async () => {
    const ways = await send("GET", "/api/v1/auth/ways", undefined, { settings });
    expect(await ways.json()).toMatchObject({ oidc: [{ id: "acme", name: "Acme" }] });
    const email = `oidc-${Date.now()}@people.test`;
    const { reply, cookie } = await comeBack({ sub: `a-${email}`, email, email_verified: true, name: "Grace Hopper" });
    expect([reply.status, reply.headers.get("Location")]).toEqual([302, "/forms"]);
    const session = await send("GET", "/api/v1/auth/session", undefined, { cookie });
    expect(await session.json()).toMatchObject({ user: { email, name: "Grace Hopper" }, role: "admin" });
  });

  test("a token that the provider did not sign, or that was made for somebody else, opens nothing", async () => {
    const email = `forged-${Date.now()}@people.test`;
    const profile = { sub: `a-${email}`, email, email_verified: true, name: "Mallory" };
    const forged = await comeBack(profile, otherKeys.privateKey);
    expect(forged.reply.headers.get("Location")).toContain("/account/sign-in?error=");
    expect(forged.cookie).not.toContain("session_token");
    const misdirected = await comeBack({ ...profile, aud: "another-client" });
    expect(misdirected.cookie).not.toContain("session_token");
    expect(await env.DB.prepare("SELECT 1 FROM users WHERE email = ?1").bind(email).first()).toBeNull();
  });

  test("an address the provider has not confirmed does not enter an account that has it", async () => {
    const email = `taken-${Date.now()}@people.test`;
    await comeBack({ sub: `first-${email}`, email, email_verified: true, name: "Owner" });
    const { cookie } = await comeBack({ sub: `second-${email}`, email, email_verified: false, name: "Mallory" });
    expect(cookie).not.toContain("session_token");
  });

  test("unknown or unreadable configuration is not there, and says nothing of itself", async () => {
    expect((await send("POST", "/api/v1/auth/oidc/nobody", {}, { settings })).status).toBe(404);
    for (const OIDC_PROVIDERS of ["not json", JSON.stringify([{ ...PROVIDER, discovery_url: "http://plain.test" }])]) {
      const reply = await send("POST", "/api/v1/auth/oidc/acme", {}, { settings: { OIDC_PROVIDERS } });
      expect(reply.status).toBe(404);
      expect(await reply.text()).not.toContain("client-secret");
    }
  });
});
