// How tests run inside workerd: the bindings of wrangler.toml, and what no file of ours may hold, here with values that open nothing.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";

const SECRETS = {
  // Requests of the test runner may not wait for each other; test/node has a server whose requests may.
  SHARED_CALLS: "off",
  APP_SECRET: "test-only-secret-of-more-than-thirty-two-characters",
  LIMITS: "off",
  TURNSTILE_SECRET: "test-only-turnstile-secret",
  TURNSTILE_SITE_KEY: "test-only-site-key",
  OPERATOR_TOKEN: "test-only-operator-token-of-thirty-two-characters",
};

export const inWorkerd = (hyperdrives: Record<string, string> = {}) =>
  cloudflareTest(async () => ({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: { hyperdrives, bindings: { ...SECRETS, TEST_MIGRATIONS: await readD1Migrations("migrations/d1") } },
  }));
