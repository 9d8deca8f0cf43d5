// The custom build of wrangler.toml: what the Worker carries for its plugins is made before the Worker is bundled.
import { buildPlugins } from "./lib/build-plugins.ts";
import { explain } from "./lib/steps.mjs";

try {
  await buildPlugins();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
