// What `npm test` runs: plain commands count as one check each, vitest suites by their tests.
import { join } from "node:path";
import { type Outcome, run } from "./run.ts";
import { readJson } from "./state.ts";

export interface Tally {
  passed: number;
  failed: number;
}

export interface Result extends Tally {
  /** Shown when something failed. */
  output: string;
}

export interface Suite {
  name: string;
  run: () => Promise<Result>;
  /** Suites of different lanes run side by side, those of one lane one after the other. None: before all lanes. */
  lane?: number;
}

const SUITE_TIMEOUT_MS = 15 * 60_000;
export const ENVIRONMENTS = ["staging", "production"] as const;

export function suites(reports: string, chromium: string | null): Suite[] {
  return [
    command("bindings are typed", "wrangler", ["types", "--include-runtime=false", "--strict-vars=false", "--check"]),
    command("types: worker", "tsc", ["-p", "tsconfig.json"]),
    command("types: tests", "tsc", ["-p", "tsconfig.test.json"]),
    command("types: tools", "tsc", ["-p", "tsconfig.node.json"]),
    command("lint", "biome", ["check", "--error-on-warnings", "."]),
    ...ENVIRONMENTS.map((name) => command(`deploys: ${name}`, "wrangler", ["deploy", "--dry-run", "--env", name])),
    { ...vitest("worker", "vitest.config.ts", reports), lane: 0 },
    { ...(chromium === null ? missingChromium() : vitest("browser", "vitest.browser.config.ts", reports)), lane: 0 },
    { ...vitest("node", "vitest.node.config.ts", reports), lane: 1 },
    { ...vitest("postgres", "vitest.postgres.config.ts", reports), lane: 0 },
  ];
}

function command(name: string, program: string, args: string[]): Suite {
  return {
    name,
    run: async () => {
      const { code, output } = await run(program, args, { timeoutMs: SUITE_TIMEOUT_MS });
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
    },
  };
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numTotalTests: number;
  success: boolean;
}

function vitest(name: string, config: string, reports: string): Suite {
  const file = join(reports, `${name}.json`);
  const args = ["run", "--config", config, "--silent=passed-only", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  return { name, run: async () => tally(await run("vitest", args, { timeoutMs: SUITE_TIMEOUT_MS }), readJson<VitestReport>(file)) };
}

// A file that cannot even be loaded has no failed tests, and a crash has no report: neither may look like success.
function tally({ code, output }: Outcome, report: VitestReport | null): Result {
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1), output };
}

function missingChromium(): Suite {
  return {
    name: "browser",
    run: async () => ({ passed: 0, failed: 1, output: "The browser tests need Chromium: install it, or set CHROME_PATH." }),
  };
}
