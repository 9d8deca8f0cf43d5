// The Worker over Postgres, in workerd and through Hyperdrive: the conformance suite on PGlite and, where there is one, on a real
// PostgreSQL; and everything that is asked of responses, once more.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { agreedPlan, hyperdrives } from "./test/node/postgres/plan.ts";
import { buildPlugins } from "./tools/lib/build-plugins.ts";

/** It counts what the whole Worker has counted. */
const ALONE = ["test/responses/store-trouble.test.ts"];

/** It lays twenty thousand rows into D1 itself. */
const OF_D1 = ["test/analytics/columns/planned.test.ts"];

export default defineConfig(async () => {
  await buildPlugins();
  const plan = await agreedPlan();
  const inWorkerd = () =>
    cloudflareTest(async () => ({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        hyperdrives: hyperdrives(plan),
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations("migrations/d1"),
          APP_SECRET: "test-only-secret-of-more-than-thirty-two-characters",
          LIMITS: "off",
          TURNSTILE_SECRET: "test-only-turnstile-secret",
          TURNSTILE_SITE_KEY: "test-only-site-key",
          OPERATOR_TOKEN: "test-only-operator-token-of-thirty-two-characters",
        },
      },
    }));
  const common = {
    globalSetup: ["test/node/postgres/global-setup.ts"],
    setupFiles: ["test/support/migrate.ts"],
    testTimeout: 20_000,
  };
  const include = ["test/store/postgres/**/*.test.ts", "test/responses/**/*.test.ts", "test/analytics/**/*.test.ts"];
  return {
    test: {
      projects: [
        { plugins: [inWorkerd()], test: { ...common, name: "together", isolate: false, include, exclude: [...ALONE, ...OF_D1] } },
        { plugins: [inWorkerd()], test: { ...common, name: "alone", include: ALONE } },
      ],
    },
  };
});
