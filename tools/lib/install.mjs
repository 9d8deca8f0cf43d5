// Plain JavaScript for whatever Node ≥ 20 is at hand, with nothing installed: it installs what the lockfile names,
// makes sure that the project's own Node works, and hands over to it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Stop, step } from "./steps.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const MODULES = join(ROOT, "node_modules");
const OWN_NODE = join(MODULES, ".bin", process.platform === "win32" ? "node.cmd" : "node");
const NEEDED_MAJOR = 24;
const OLDEST_MAJOR = 20;

export async function ensureInstalled() {
  if (major(process.version) < OLDEST_MAJOR) throw new Stop(`Headwater needs Node ${OLDEST_MAJOR} or newer; this is ${process.version}.`);
  if (!matchesLockfile()) await step("Installing dependencies (npm ci; about a minute the first time)", installDependencies);
  if (!ownNodeWorks()) await step(`Placing Node ${NEEDED_MAJOR}`, placeNode);
}

// npm writes its hidden lockfile last, so a half-finished install never matches, and an install made by hand does.
function matchesLockfile() {
  const wanted = packagesOf(join(ROOT, "package-lock.json"));
  const present = packagesOf(join(MODULES, ".package-lock.json"));
  if (wanted === null) throw new Stop("package-lock.json is missing: this is not a whole checkout.");
  if (present === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.optional || entry.devOptional || entry.extraneous || entry.link) return true;
    return present[path]?.version === entry.version;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return null;
  }
}

async function installDependencies() {
  const [command, args] = npmCommand(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  const { code, output } = await run(command, args);
  if (code !== 0) throw new Stop(`npm ci failed:\n${output.trim()}`);
}

/** The npm that runs us, else the one in PATH. */
function npmCommand(args) {
  const own = process.env.npm_execpath;
  return own?.endsWith(".js") && existsSync(own) ? [process.execPath, [own, ...args]] : ["npm", args];
}

function run(command, args, cwd = ROOT) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const giveUp = (signal) => {
      child.kill(signal);
      process.exit(signal === "SIGINT" ? 130 : 143);
    };
    process.once("SIGINT", giveUp).once("SIGTERM", giveUp);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => done({ code: 1, output: String(error) }));
    child.on("close", (code) => {
      process.off("SIGINT", giveUp).off("SIGTERM", giveUp);
      done({ code, output });
    });
  });
}

function ownNodeWorks() {
  const { status, stdout } = spawnSync(OWN_NODE, ["--version"], { encoding: "utf8", shell: process.platform === "win32" });
  return status === 0 && major(stdout) >= NEEDED_MAJOR;
}

// The package `node` puts its binary in place by an install script, and an npm may be set up to run none.
async function placeNode() {
  const folder = join(MODULES, "node");
  await run(process.execPath, ["installArchSpecificPackage.js"], folder);
  if (!ownNodeWorks() && major(process.version) < NEEDED_MAJOR) {
    throw new Stop(`Node ${NEEDED_MAJOR} could not be put in place. Run "npm rebuild node", or use Node ${NEEDED_MAJOR} yourself.`);
  }
}

function major(version) {
  return Number(/^v?(\d+)/.exec(version.trim())?.[1] ?? 0);
}

/**
 * Runs a TypeScript file of ours under the project's Node and stays until it has ended.
 * A child that loses its parent sees the channel close, so even a killed parent leaves nothing behind.
 * @param {string} script path from the root
 */
export async function runUnderProjectNode(script, args = process.argv.slice(2)) {
  const node = ownNodeWorks() ? OWN_NODE : process.execPath;
  const env = { ...process.env, PATH: `${join(MODULES, ".bin")}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}` };
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", join(ROOT, script), ...args], {
    cwd: ROOT,
    env,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // A terminal sends its signals to the whole group; a supervisor sends them to us alone. Asking twice does no harm.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const watch = watchParent(() => child.disconnect());
  const code = await new Promise((done) => {
    child.on("error", () => done(1));
    child.on("exit", (exitCode, signal) => done(exitCode ?? (signal === "SIGINT" ? 130 : 143)));
  });
  clearInterval(watch);
  process.exitCode = code;
}

// npm killed outright forwards nothing: that we have got a new parent is the only sign of it.
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 500).unref();
}
