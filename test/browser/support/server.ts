// One server for all browser tests, on a state of its own; its address and the demo's credentials are handed to the tests.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import type { Demo } from "../../../tools/lib/seed.ts";
import { emptyState, start } from "../../node/support/headwater.ts";

declare module "vitest" {
  export interface ProvidedContext {
    demo: Demo;
  }
}

export default async function setup(project: TestProject) {
  const state = emptyState();
  const server = await start({ state: state.folder, env: { HEADWATER_LIMITS: "off" } });
  project.provide("demo", JSON.parse(readFileSync(join(state.folder, "demo.json"), "utf8")) as Demo);
  return async () => {
    server.signal("SIGTERM");
    await server.exited;
    state.remove();
  };
}
