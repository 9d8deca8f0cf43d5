// The Worker over Postgres, in workerd and through Hyperdrive: the conformance suite on PGlite and, where there is one, on a real
// PostgreSQL; and everything that is asked of responses, once more.
import { defineConfig } from "vitest/config";
import { agreedPlan, hyperdrives } from "./test/node/postgres/plan.ts";
import { inWorkerd } from "./test/node/support/in-workerd.ts";
import { buildPlugins } from "./tools/lib/build-plugins.ts";

/** It counts what the whole Worker has counted. */
const ALONE = ["test/responses/store-trouble.test.ts"];

/** One lays twenty thousand rows into D1 itself, the other asks no store. */
const OTHERS = ["test/analytics/columns/planned.test.ts", "test/responses/shared-calls.test.ts"];

export default defineConfig(async () => {
  await buildPlugins();
  const databases = hyperdrives(await agreedPlan());
  const common = {
    globalSetup: ["test/node/postgres/global-setup.ts"],
    setupFiles: ["test/support/migrate.ts"],
    testTimeout: 20_000,
  };
  const include = ["test/store/postgres/**/*.test.ts", "test/responses/**/*.test.ts", "test/analytics/**/*.test.ts"];
  return {
    test: {
      projects: [
        { plugins: [inWorkerd(databases)], test: { ...common, name: "together", isolate: false, include, exclude: [...ALONE, ...OTHERS] } },
        { plugins: [inWorkerd(databases)], test: { ...common, name: "alone", include: ALONE } },
      ],
    },
  };
});
