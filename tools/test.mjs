// `npm test`: install what is missing, then tools/test.ts under the project's own Node.
import { ensureInstalled, runUnderProjectNode } from "./lib/install.mjs";
import { explain } from "./lib/steps.mjs";

try {
  await ensureInstalled();
  await runUnderProjectNode("tools/test.ts");
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
