import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
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
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/browser/**", "test/node/**", "test/store/postgres/**"],
    setupFiles: ["test/support/migrate.ts"],
  },
});
