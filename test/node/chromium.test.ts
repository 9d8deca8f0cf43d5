import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, mayInstall, offerToBrowserBinding } from "../../tools/lib/chromium.ts";
import { CACHE, ROOT } from "../../tools/lib/paths.ts";

const WORKER = `
  import puppeteer from "@cloudflare/puppeteer";
  export default {
    async fetch(request, env) {
      const browser = await puppeteer.launch(env.BROWSER);
      try {
        const page = await browser.newPage();
        await page.setContent("<h1>Headwater</h1>");
        return new Response(await page.pdf());
      } finally {
        await browser.close();
      }
    },
  };`;

const chromium = findChromium();
let miniflare: Miniflare;

beforeAll(async () => {
  if (chromium === null) return;
  process.env.XDG_CACHE_HOME = CACHE;
  offerToBrowserBinding(chromium);
  const bundle = await build({
    stdin: { contents: WORKER, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    platform: "node",
  });
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: "printer",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["nodejs_compat"],
          modulesRoot: ROOT,
          modules: [{ type: "ESModule", path: join(ROOT, "printer.js"), contents: bundle.outputFiles[0]?.text ?? "" }],
          browserRendering: { binding: "BROWSER" },
        },
      ],
    }),
  );
});
afterAll(() => miniflare?.dispose());

test.runIf(chromium !== null)("the Browser binding prints with the Chromium of this machine", async () => {
  const reply = await miniflare.dispatchFetch("http://printer.test/");
  const bytes = new Uint8Array(await reply.arrayBuffer());
  expect(new TextDecoder().decode(bytes.slice(0, 5))).toBe("%PDF-");
  expect(bytes.byteLength).toBeGreaterThan(1_000);
});

test("CHROME_PATH is the last word: what it names is used, or nothing is, and nothing is installed", () => {
  expect(findChromium({ CHROME_PATH: "/bin/sh", PATH: "/usr/bin" })).toBe("/bin/sh");
  expect(findChromium({ CHROME_PATH: "/nowhere/chrome", PATH: "/usr/bin" })).toBeNull();
  expect(mayInstall({ CHROME_PATH: "/nowhere/chrome" })).toBe(false);
});
