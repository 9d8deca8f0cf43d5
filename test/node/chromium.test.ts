import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, mayInstall } from "../../tools/lib/chromium.ts";
import { startPrinter } from "./support/printer.ts";

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
  miniflare = await startPrinter(chromium, WORKER);
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
