// Any of our TypeScript commands from a fresh clone: install what is missing, then run it under the project's own Node.
//   node tools/run.mjs bench/run.ts [arguments]
import { ensureInstalled, runUnderProjectNode } from "./lib/install.mjs";
import { explain } from "./lib/steps.mjs";

const [script, ...args] = process.argv.slice(2);
try {
  await ensureInstalled();
  await runUnderProjectNode(script, args);
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
