import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { missingEntries } from "../../tools/complete-lock.mjs";
import { ROOT } from "../../tools/lib/paths.ts";

const lock = () => JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

test("names the packages of every platform, or npm ci would refuse it: npm run lock", () => {
  expect(missingEntries(lock())).toEqual([]);
});

test("a package left out by npm is noticed, wherever it is asked for", () => {
  const packages = {
    "": {},
    "node_modules/tool": {
      dev: true,
      optionalDependencies: { "@tool/linux-x64-musl": "1.2.3", "@tool/windows-64": "1.2.3", fsevents: "2.0.0" },
    },
    "node_modules/tool/node_modules/@tool/windows-64": { version: "1.2.3" },
  };
  expect(missingEntries({ packages })).toEqual([
    {
      path: "node_modules/@tool/linux-x64-musl",
      entry: { version: "1.2.3", cpu: ["x64"], os: ["linux"], libc: ["musl"], dev: true, optional: true },
    },
  ]);
});

test("names no registry: a clone installs from the one it is set up for", () => {
  expect(JSON.stringify(lock())).not.toContain('"resolved"');
});

test("holds one runtime: no tool brings another of its own", () => {
  const paths = Object.keys(lock().packages);
  for (const name of ["workerd", "miniflare", "wrangler", "node"]) {
    expect(paths.filter((path) => path.endsWith(`node_modules/${name}`))).toEqual([`node_modules/${name}`]);
  }
});
