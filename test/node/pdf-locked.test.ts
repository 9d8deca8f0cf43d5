// What is printed may be a stranger's words. Whatever stands in a page, the browser that prints it runs nothing and asks nobody.
import { createServer, type Server } from "node:http";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../../tools/lib/chromium.ts";
import { startPrinter } from "./support/printer.ts";

const WORKER = `
  import { withPrinter } from "./src/reports/pdf/print/browser";
  import { drawChart } from "./src/reports/schedules/chart";
  const log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  export default {
    async fetch(request, env) {
      const told = await request.json();
      if (told.days !== undefined) return Response.json(await drawChart({ env, log }, told.days));
      const pieces = await withPrinter({ binding: env.BROWSER, log }, async (printer) => {
        const bytes = [];
        for (const html of told.pages) bytes.push((await printer.print(html)).byteLength);
        return bytes;
      });
      return Response.json(pieces);
    },
  };`;

const chromium = findChromium();
const asked: string[] = [];
let listener: Server;
let miniflare: Miniflare;
let address = "";

beforeAll(async () => {
  if (chromium === null) return;
  listener = createServer((request, reply) => {
    asked.push(request.url ?? "");
    reply.end("x");
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const bound = listener.address();
  address = `http://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}`;
  miniflare = await startPrinter(chromium, WORKER);
}, 120_000);
afterAll(async () => {
  await miniflare?.dispose();
  listener?.close();
});

const PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

test.runIf(chromium !== null)(
  "a page that tries everything reaches nothing, and is printed all the same",
  { timeout: 120_000 },
  async () => {
    const hostile = (
      at: string,
    ) => `<!doctype html><head><link rel="stylesheet" href="${at}/link"><meta http-equiv="refresh" content="0;url=${at}/refresh">
    <style>@import url(${at}/import); body{background:url(${at}/background)} @font-face{font-family:x;src:url(${at}/font)} p{font-family:x}</style>
    <base href="${at}/base/"></head><body><p>Text</p><img src="${at}/image"><img src="relative"><img src="${PIXEL}"><iframe src="${at}/frame"></iframe>
    <object data="${at}/object"></object><embed src="${at}/embed"><video src="${at}/video" autoplay></video><svg><image href="${at}/svg"/></svg>
    <script>fetch("${at}/fetch"); new WebSocket("${at.replace("http", "ws")}/socket"); navigator.sendBeacon("${at}/beacon")</script>
    <img src=x onerror="fetch('${at}/onerror')"><iframe src="file:///etc/passwd"></iframe></body>`;
    const reply = await miniflare.dispatchFetch("http://printer.test/", {
      method: "POST",
      body: JSON.stringify({ pages: [hostile(address), "<p>After it"] }),
    });
    const sizes = (await reply.json()) as number[];
    expect(sizes).toHaveLength(2);
    for (const size of sizes) expect(size).toBeGreaterThan(1_000);
    expect(asked).toEqual([]);
  },
);

test.runIf(chromium !== null)("the chart of a mail becomes a picture, twice as wide as it is shown", { timeout: 120_000 }, async () => {
  const days = [
    { date: "2026-01-01", count: 3 },
    { date: "2026-01-02", count: 9 },
  ];
  const reply = await miniflare.dispatchFetch("http://printer.test/", { method: "POST", body: JSON.stringify({ days }) });
  const chart = (await reply.json()) as { data: string; width: number; size: number };
  const bytes = Buffer.from(chart.data, "base64");
  expect(bytes.byteLength).toBe(chart.size);
  expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(bytes.readUInt32BE(16)).toBe(2 * chart.width);
});
