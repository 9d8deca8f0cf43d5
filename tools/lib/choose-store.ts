// Where a local Headwater keeps its responses: in D1, or in the embedded Postgres when HEADWATER_POSTGRES=1.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Postgres, startPostgres } from "./postgres.ts";
import { Stop, step } from "./steps.mjs";

export async function openChosenStore(folder: string, env: NodeJS.ProcessEnv): Promise<Postgres | undefined> {
  const wanted = env.HEADWATER_POSTGRES === "1";
  const files = join(folder, "postgres");
  // The ledgers remember how far they have settled: over another, empty store they would refuse to go on.
  if (existsSync(join(folder, "demo.json")) && existsSync(files) !== wanted) {
    throw new Stop(
      `The responses in ${folder} are kept in ${wanted ? "D1" : "the embedded Postgres"}. ` +
        `Start ${wanted ? "without HEADWATER_POSTGRES" : "with HEADWATER_POSTGRES=1"}, or on an empty folder: HEADWATER_STATE=<new folder> npm start`,
    );
  }
  return wanted ? step("Postgres (embedded)", () => startPostgres(files)) : undefined;
}
