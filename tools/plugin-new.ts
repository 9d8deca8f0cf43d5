// `npm run plugin:new <name>`: a plugin and its test, ready to be changed.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./lib/paths.ts";
import { scaffold } from "./lib/plugin-scaffold.ts";
import { explain, Stop } from "./lib/steps.mjs";

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

try {
  const name = process.argv[2] ?? "";
  if (!NAME.test(name)) throw new Stop("Give it a name in lower case with hyphens: npm run plugin:new notify-team");
  const files = scaffold(name);
  for (const file of Object.keys(files)) if (existsSync(join(ROOT, file))) throw new Stop(`${file} is there already; nothing was changed.`);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(ROOT, file)), { recursive: true });
    writeFileSync(join(ROOT, file), text);
    console.log(`made ${file}`);
  }
  console.log(`\nTry it:  npm run test:worker -- test/plugins/examples/${name}.test.ts\nHow it goes on: docs/plugins.md`);
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
