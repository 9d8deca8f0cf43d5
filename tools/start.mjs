// `npm start`: install what is missing, then tools/start.ts under the project's own Node.
import { ensureInstalled, runUnderProjectNode } from "./lib/install.mjs";
import { explain } from "./lib/steps.mjs";

try {
  process.stdout.write("\nHeadwater\n");
  await ensureInstalled();
  await runUnderProjectNode("tools/start.ts");
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
