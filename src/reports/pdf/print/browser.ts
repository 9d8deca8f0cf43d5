// The Browser binding as a printer. One session for as long as a report takes, closed whatever happens; a session that dies is
// replaced, and only the piece that was in it is printed again.
import puppeteer, { type Browser, type Page } from "@cloudflare/puppeteer";
import type { Logger } from "../../../shared/log";
import { describeError } from "../../../shared/log";
import { counter, histogram } from "../../../shared/metrics";
import { withTimeLimit } from "../../../shared/time-limit";
import { type Printer, PrinterLostError } from "./printer";

const prints = counter("headwater_pdf_prints_total", "Pieces printed, by how it went.", ["outcome"]);
const printSeconds = histogram("headwater_pdf_print_seconds", "How long one piece took to print.", [], [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);

const LAUNCH_LIMIT_MS = 30_000;
const PAGE_LIMIT_MS = 10_000;
const PRINT_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 5_000;
/** How often one piece is tried in a fresh browser before the job is left to try again later. */
const TRIES = 3;
/** A page is used for this many pieces: what a renderer has collected goes with it. */
const PIECES_A_PAGE = 8;

export interface PrinterOptions {
  binding: Env["BROWSER"] | undefined;
  log: Logger;
  signal?: AbortSignal;
}

/** For who prints many documents one after the other; whoever opens it closes it. Nothing is started before the first print. */
export function openPrinter(options: PrinterOptions): Printer & { close(): Promise<void> } {
  return new Session(options);
}

export async function withPrinter<T>(options: PrinterOptions, work: (printer: Printer) => Promise<T>): Promise<T> {
  const session = openPrinter(options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

class Session implements Printer {
  #browser: Browser | null = null;
  #idle: { page: Page; used: number }[] = [];
  /** Two pieces that need a browser start one, not two. Within one job, so no promise crosses requests. */
  #starting: Promise<Browser> | null = null;
  #closed = false;

  constructor(private readonly options: PrinterOptions) {}

  print(html: string): Promise<Uint8Array> {
    return this.#tried(html, async (page) => new Uint8Array(await page.pdf(PDF_OPTIONS)));
  }

  picture(html: string, width: number, height: number): Promise<Uint8Array> {
    return this.#tried(html, async (page) => {
      await page.setViewport({ width: Math.ceil(width), height: Math.ceil(height), deviceScaleFactor: 2 });
      return new Uint8Array((await page.screenshot({ type: "png" })) as Uint8Array);
    });
  }

  /** For good: a piece that is still under way when its report has failed must not start another browser that nobody closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => undefined);
    await this.#discard(this.#browser);
  }

  /** Of two pieces that were in one browser when it died, the second must not close what the first has started in its place. */
  async #discard(browser: Browser | null): Promise<void> {
    if (browser === null || this.#browser !== browser) return;
    [this.#browser, this.#idle] = [null, []];
    // One that is dead cannot be closed, and one that hangs must not keep the job: the service ends idle sessions by itself.
    await withTimeLimit("closing the browser", CLOSE_LIMIT_MS, browser.close()).catch((error: unknown) =>
      this.options.log.warn("browser not closed", describeError(error)),
    );
  }

  async #tried(html: string, use: (page: Page) => Promise<Uint8Array>): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      this.options.signal?.throwIfAborted();
      const startedAt = Date.now();
      let browser: Browser | null = null;
      try {
        browser = await this.#open();
        const bytes = await this.#once(browser, html, use);
        prints.add(1, "ok");
        printSeconds.observe((Date.now() - startedAt) / 1_000);
        return bytes;
      } catch (error) {
        prints.add(1, "failed");
        this.options.log.warn("printing failed", { attempt, ...describeError(error) });
        await this.#discard(browser);
        if (attempt >= TRIES || this.#closed || isHopeless(error)) throw asLost(error);
      }
    }
  }

  async #once(browser: Browser, html: string, use: (page: Page) => Promise<Uint8Array>): Promise<Uint8Array> {
    const held = this.#idle.pop() ?? { page: await withTimeLimit("opening a page", PAGE_LIMIT_MS, lockedPage(browser)), used: 0 };
    const bytes = await withTimeLimit(
      "printing",
      PRINT_LIMIT_MS,
      endsWith(browser, async () => {
        await held.page.setContent(html, { waitUntil: "load", timeout: PRINT_LIMIT_MS });
        return use(held.page);
      }),
    );
    held.used += 1;
    if (this.#browser !== browser) return bytes;
    if (held.used < PIECES_A_PAGE) this.#idle.push(held);
    else await withTimeLimit("closing a page", PAGE_LIMIT_MS, held.page.close());
    return bytes;
  }

  async #open(): Promise<Browser> {
    if (this.#browser?.connected === true) return this.#browser;
    this.#idle = [];
    if (this.#closed) throw new PrinterLostError("The printer has been closed.");
    this.#starting ??= this.#launch()
      .then((browser) => {
        this.#browser = browser;
        return browser;
      })
      .finally(() => {
        this.#starting = null;
      });
    return this.#starting;
  }

  async #launch(): Promise<Browser> {
    if (this.options.binding === undefined) throw new PrinterLostError(NO_BROWSER);
    const launched = puppeteer.launch(this.options.binding as never);
    try {
      return await withTimeLimit("starting the browser", LAUNCH_LIMIT_MS, launched);
    } catch (error) {
      // Should it come up after all, nobody would close it.
      void launched.then((browser) => browser.close()).catch(() => {});
      throw error;
    }
  }
}

const NO_BROWSER = "Printing needs a browser, and this installation has none.";
const PDF_OPTIONS = { preferCSSPageSize: true, printBackground: true, tagged: false, outline: false, timeout: PRINT_LIMIT_MS };

/**
 * Answers are strangers' text. Nothing in a page may run or reach out: scripts are off, the network is off, and whatever asks
 * for an address other than `data:` is refused; the document's own policy says the same a third time.
 */
async function lockedPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const allowed = request.url().startsWith("data:") || request.url() === "about:blank";
    void (allowed ? request.continue() : request.abort("blockedbyclient")).catch(() => {});
  });
  await page.setOfflineMode(true);
  return page;
}

/** A browser that is gone answers nothing: what waits for it would wait until its time is over. */
function endsWith<T>(browser: Browser, work: () => Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    const gone = () => fail(new PrinterLostError("The browser that prints reports went away in the middle of it."));
    browser.once("disconnected", gone);
    if (!browser.connected) gone();
    work()
      .then(done, fail)
      .finally(() => browser.off("disconnected", gone));
  });
}

function isHopeless(error: unknown): boolean {
  return error instanceof PrinterLostError && error.message === NO_BROWSER;
}

function asLost(error: unknown): PrinterLostError {
  if (error instanceof PrinterLostError) return error;
  return new PrinterLostError("The browser that prints reports could not be used.", error);
}
