// The Worker over Postgres, in workerd and through Hyperdrive: the conformance suite on PGlite and, where there is one, on a real
// PostgreSQL; and everything that is asked of responses, once more.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { hyperdrives, makePlan } from "./test/node/postgres/plan.ts";

export default defineConfig(async () => {
  const plan = await makePlan();
  process.env.HEADWATER_POSTGRES_PLAN = JSON.stringify(plan);
  if (plan.server === null) {
    process.stdout.write(
      "No PostgreSQL here (none installed, HEADWATER_TEST_POSTGRES_URL not set): its tests are skipped, PGlite's run.\n",
    );
  }
  return {
    plugins: [
      cloudflareTest(async () => ({
        wrangler: { configPath: "./wrangler.toml" },
        miniflare: {
          hyperdrives: hyperdrives(plan),
          bindings: {
            TEST_MIGRATIONS: await readD1Migrations("migrations/d1"),
            APP_SECRET: "test-only-secret-of-more-than-thirty-two-characters",
            LIMITS: "off",
            OPERATOR_TOKEN: "test-only-operator-token-of-thirty-two-characters",
          },
        },
      })),
    ],
    test: {
      include: ["test/store/postgres/**/*.test.ts", "test/responses/**/*.test.ts"],
      setupFiles: ["test/support/migrate.ts"],
      globalSetup: ["test/node/postgres/global-setup.ts"],
    },
  };
});
