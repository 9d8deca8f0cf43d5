// A Chromium for a test file, and pages that remember what went wrong in them.
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { findChromium } from "../../../tools/lib/chromium.ts";

export interface TestPage {
  page: Page;
  /** Errors of scripts, refused by the policy, and requests that failed or left our own origin. */
  complaints: string[];
}

/** Call it at the top of a file. `open` gives a fresh context: no cookie of another test. */
export function useBrowser() {
  let browser: Browser;
  const { url } = inject("demo");
  beforeAll(async () => {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error("The browser tests need Chromium: install it, or set CHROME_PATH.");
    browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  });
  afterAll(() => browser?.close());
  return {
    url,
    open: async (path: string, options: BrowserContextOptions = {}): Promise<TestPage> => {
      const context = await browser.newContext({ baseURL: url, ...options });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        // Chromium asks for an icon by itself; a page without one is no worse.
        if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) complaints.push(message.text());
      });
      page.on("request", (request) => {
        const target = request.url();
        if (!target.startsWith(url) && !/^(?:data|blob|about):/.test(target)) complaints.push(`asked for ${target}`);
      });
      page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
      await page.goto(path);
      return { page, complaints };
    },
  };
}
