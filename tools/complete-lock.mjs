// npm leaves packages of other platforms out of the lockfile when the registry at hand does not carry them, and `npm ci`
// then refuses the lockfile everywhere. This puts an entry in for each; where it is installed, npm fills in the rest.
//   node tools/complete-lock.mjs [--check]
import { readFileSync, writeFileSync } from "node:fs";

const OS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const CPU = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "ppc64le", "riscv64", "s390x", "x64"];

/** @returns {{ path: string, entry: Record<string, unknown> }[]} */
export function missingEntries(lock) {
  const missing = new Map();
  for (const [from, { optionalDependencies = {}, dev, peer }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const platform = platformOf(name);
      if (platform === null || isThere(lock, from, name) || !/^\d/.test(version)) continue;
      const path = `node_modules/${name}`;
      missing.set(path, { path, entry: { version, ...platform, ...(dev ? { dev } : {}), ...(peer ? { peer } : {}), optional: true } });
    }
  }
  return [...missing.values()];
}

function isThere(lock, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    if (lock.packages[`${at === "" ? "" : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === "") return false;
  }
}

function platformOf(name) {
  const words = name.split(/[/@-]+/);
  const os = words.includes("windows") ? "win32" : words.find((word) => OS.includes(word));
  const cpu = words.includes("64") ? "x64" : words.find((word) => CPU.includes(word));
  if (os === undefined || cpu === undefined) return null;
  const libc = words.includes("musl") ? { libc: ["musl"] } : {};
  return { cpu: [cpu], os: [os], ...libc };
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingEntries(lock);
  if (process.argv.includes("--check")) {
    if (missing.length > 0) {
      process.stderr.write(`package-lock.json lacks ${missing.map(({ path }) => path).join(", ")}: run node tools/complete-lock.mjs\n`);
      process.exitCode = 1;
    }
  } else {
    for (const { path, entry } of missing) lock.packages[path] = entry;
    for (const [path, { extraneous }] of Object.entries(lock.packages)) if (extraneous) delete lock.packages[path];
    const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
    process.stdout.write(`${missing.length} entries added\n`);
  }
}
