// Finds a Chromium, or installs one where that is ours to do, and puts it where the local Browser binding looks for it.
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { deathPrefix, writeScript } from "./die-with-us.ts";
import { CACHE } from "./paths.ts";
import { run } from "./run.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = [
  "/usr/bin/chromium",
  "/usr/lib/chromium/chromium",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const APT_TIMEOUT_MS = 5 * 60_000;

export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const chosen = env.CHROME_PATH;
  if (chosen !== undefined && chosen !== "") return isExecutable(chosen) ? chosen : null;
  const inPath = (env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...inPath, ...PLACES].find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Root on Debian or Ubuntu may install a package without asking anybody. */
export function mayInstall(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.CHROME_PATH === undefined && process.getuid?.() === 0 && existsSync("/etc/debian_version") && isExecutable("/usr/bin/apt-get");
}

/** The reason why not, or null when it is there now. */
async function installChromium(): Promise<string | null> {
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, timeoutMs: APT_TIMEOUT_MS };
  await run("apt-get", ["update", "-q"], options);
  const { code, output } = await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], options);
  if (code === 0 && findChromium() !== null) return null;
  return output.trim().split("\n").at(-1) ?? "apt-get failed";
}

/**
 * Miniflare starts Chrome from its cache folder alone, and downloads one when it is not there. A small script in that place
 * starts the Chromium of this machine; the marker beside it keeps Miniflare from clearing the folder away after one bad start.
 */
export function offerToBrowserBinding(chromium: string): void {
  const folder = join(CACHE, ".wrangler", "chrome", `${browserPlatform()}-${expectedVersion()}`);
  const script = join(folder, executableName());
  const asRoot = process.getuid?.() === 0 ? " --no-sandbox" : "";
  writeScript(script, `exec ${deathPrefix()}"${chromium}"${asRoot} "$@"`);
  writeFileSync(join(folder, ".miniflare-install-complete"), "");
}

// Miniflare does not export the version that its folder is named for.
function expectedVersion(): string {
  const source = readFileSync(createRequire(import.meta.url).resolve("miniflare"), "utf8");
  const version = /BROWSER_VERSION = "([\d.]+)"/.exec(source)?.[1];
  if (version === undefined) throw new Error("This Miniflare no longer says which Chrome it looks for.");
  return version;
}

function browserPlatform(): string {
  if (process.platform === "darwin") return process.arch === "arm64" ? "mac_arm" : "mac";
  return process.arch === "arm64" ? "linux_arm" : "linux";
}

function executableName(): string {
  if (process.platform !== "darwin") return "chrome-linux64/chrome";
  const folder = process.arch === "arm64" ? "chrome-mac-arm64" : "chrome-mac-x64";
  return `${folder}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`;
}

/** What the start says of it: a path, or one line about what is missing. */
export async function ensureChromium(note: (text: string) => void): Promise<string | null> {
  let chromium = findChromium();
  if (chromium === null && mayInstall()) {
    const reason = await installChromium();
    chromium = findChromium();
    if (chromium === null) note(`not to be had (${reason}): PDF is off`);
  } else if (chromium === null) {
    note("none found: PDF is off. Install Chromium, or set CHROME_PATH to a Chrome");
  }
  if (chromium === null) return null;
  offerToBrowserBinding(chromium);
  note(chromium);
  return chromium;
}
