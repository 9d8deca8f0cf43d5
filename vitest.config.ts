import { defineConfig } from "vitest/config";
import { inWorkerd } from "./test/node/support/in-workerd.ts";
import { buildPlugins } from "./tools/lib/build-plugins.ts";

// The Worker imports what this makes.
await buildPlugins();

/**
 * Files that count on a Worker nobody has used before them: fresh limits, an empty audit log, a cache that knows nothing, a store to
 * break; or whose made-up timers would run those that other tests' objects have set, in the wrong place.
 */
const ALONE = [
  "test/accounts/audit.test.ts",
  "test/middleware/rate-limit.test.ts",
  "test/responses/shared-calls.test.ts",
  "test/responses/store-trouble.test.ts",
  "test/routes/freshness.test.ts",
];

// It requires folders without naming their index, which only a bundler finds.
const deps = { optimizer: { ssr: { enabled: true, include: ["docxtemplater"] } } };
const setupFiles = ["test/support/migrate.ts"];
// Password hashing is slow on purpose, and slower still on a busy machine.
const testTimeout = 20_000;

// A Worker of its own for each file costs seconds a file, and a test that makes its own world does not need one.
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [inWorkerd()],
        test: {
          name: "together",
          isolate: false,
          include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
          exclude: ["test/browser/**", "test/node/**", "test/store/postgres/**", ...ALONE],
          setupFiles,
          testTimeout,
          deps,
        },
      },
      // One project each: what a second file is told of the modules of the first is more than one message of its worker holds.
      ...ALONE.map((file) => ({
        plugins: [inWorkerd()],
        test: { name: `alone: ${file}`, include: [file], setupFiles, testTimeout, deps },
      })),
    ],
  },
});
