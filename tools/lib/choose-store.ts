// Where a local Headwater keeps its responses: in D1, in the embedded Postgres when HEADWATER_POSTGRES=1, or in the Postgres whose
// address it is.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { migratePostgres } from "./migrate-postgres.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { Stop, step } from "./steps.mjs";

/** Each leaves a folder of this name, so that the next start knows. */
const STORES = { embedded: ["postgres", "the embedded Postgres"], named: ["postgres-elsewhere", "a Postgres of its own"] } as const;
type Kind = keyof typeof STORES | "d1";

export async function openChosenStore(folder: string, env: NodeJS.ProcessEnv): Promise<Postgres | undefined> {
  const wanted = kindOf(env.HEADWATER_POSTGRES);
  const kept: Kind = existsSync(join(folder, STORES.embedded[0])) ? "embedded" : existsSync(join(folder, STORES.named[0])) ? "named" : "d1";
  // The ledgers remember how far they have settled: over another, empty store they would refuse to go on.
  if (existsSync(join(folder, "demo.json")) && kept !== wanted) {
    const how = { d1: "without HEADWATER_POSTGRES", embedded: "with HEADWATER_POSTGRES=1", named: "with HEADWATER_POSTGRES=<its address>" };
    throw new Stop(
      `The responses in ${folder} are kept in ${kept === "d1" ? "D1" : STORES[kept][1]}. ` +
        `Start ${how[kept]}, or on an empty folder: HEADWATER_STATE=<new folder> npm start`,
    );
  }
  if (wanted === "d1") return undefined;
  const files = join(folder, STORES[wanted][0]);
  if (wanted === "embedded") return step("Postgres (embedded)", () => startPostgres(files));
  const url = env.HEADWATER_POSTGRES ?? "";
  return step("Postgres", async () => {
    await migratePostgres(url);
    mkdirSync(files, { recursive: true, mode: 0o700 });
    return { url, stop: async () => {} };
  });
}

function kindOf(wish: string | undefined): Kind {
  if (wish === "1") return "embedded";
  return /^postgres(ql)?:\/\//.test(wish ?? "") ? "named" : "d1";
}
