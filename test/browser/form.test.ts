import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { useBrowser } from "./support/browser.ts";

const { open, url } = useBrowser();
const demo = inject("demo");
const NO_SCRIPT = { javaScriptEnabled: false };
const FORM = `/f/${demo.form_slug}`;

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${demo.api_key}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as T;
}

async function publish(schema: unknown): Promise<{ id: string; slug: string }> {
  const form = await api<{ id: string; slug: string }>("POST", "/api/v1/forms", { title: "Framed", schema });
  await api("POST", `/api/v1/forms/${form.id}/publish`);
  return form;
}

const total = async (id: string) =>
  (await api<{ total_responses: number }>("GET", `/api/v2/analytics/forms/${id}/metrics`)).total_responses;

async function press(page: Page, key: string, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

/** What the keyboard is on, by the name of its control. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute("name") ?? at?.getAttribute("aria-labelledby") ?? at?.tagName.toLowerCase() ?? "";
  });

describe("the demo form", () => {
  test("is filled in without script and counted", async () => {
    const before = await total(demo.form_id);
    const { page, complaints } = await open(FORM, NO_SCRIPT);
    await page.getByLabel("Which of our cafés?").selectOption("harbour");
    await page.locator(".rating .step").nth(4).click();
    await page.locator(".scale .step").nth(9).click();
    await page.getByLabel("The coffee").check();
    await page.getByRole("button", { name: "Send" }).click();
    await page.waitForURL(/\/thanks$/);
    expect(await page.textContent("body")).toContain("The next coffee tastes better because of you.");
    await page.reload();
    expect(await total(demo.form_id)).toBe(before + 1);
    expect(complaints).toEqual([]);
  });

  test("is filled in with the keyboard alone: from the first key to the thanks, through an error and a new question", async () => {
    const { page } = await open(FORM);
    await press(page, "Tab");
    expect(await focused(page)).toBe("branch");
    await page.keyboard.press("o");
    await press(page, "Tab");
    expect(await focused(page)).toBe("visited_on");
    await page.getByRole("button", { name: "Send" }).focus();
    await press(page, "Enter");
    await page.getByRole("heading", { name: "Please check 2 answers" }).waitFor();
    // The summary has the focus; its first link leads into the control.
    expect(await focused(page)).toBe("wrong");
    await press(page, "Tab");
    await press(page, "Enter");
    await expect.poll(() => focused(page)).toBe("rating");
    await press(page, "Space");
    await press(page, "ArrowRight", 3);
    await press(page, "Tab");
    expect(await focused(page)).toBe("recommend");
    await press(page, "Space");
    await press(page, "ArrowRight", 2);
    await press(page, "Enter");
    await page.getByRole("heading", { name: "One more question" }).waitFor();
    expect(await page.locator("input[name=rating]:checked").inputValue()).toBe("4");
    await press(page, "Tab");
    await press(page, "Enter");
    await expect.poll(() => focused(page)).toBe("went_wrong");
    await page.keyboard.type("Cold.");
    await page.getByRole("button", { name: "Send" }).focus();
    await press(page, "Space");
    await page.waitForURL(/\/thanks$/);
  });

  test.each([320, 390, 1280])(
    "holds on a screen %i wide: nothing sticks out, targets are large enough, also at twice the text size",
    async (width) => {
      const { page } = await open(FORM, { viewport: { width, height: 800 } });
      await page.getByRole("button", { name: "Send" }).click();
      const tooWide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await tooWide()).toBe(0);
      const small = await page.evaluate(() =>
        [
          ...document.querySelectorAll(
            "form button, form select, form textarea, form label.option, form label.step, form input:not([type=hidden])",
          ),
        ]
          .filter((element) => !element.closest(".step, .option") || element.matches("label"))
          .map((element) => ({ name: element.outerHTML.slice(0, 60), ...element.getBoundingClientRect().toJSON() }))
          .filter(({ width: w, height: h }) => w < 24 || h < 24)
          .map(({ name }) => name),
      );
      expect(small).toEqual([]);
      await page.evaluate(() => {
        document.documentElement.style.fontSize = "200%";
      });
      expect(await tooWide()).toBe(0);
    },
  );

  test.each(["light", "dark"] as const)("is readable in %s: every text stands out from what is behind it", async (colorScheme) => {
    const { page } = await open(FORM, { colorScheme });
    await page.getByRole("button", { name: "Send" }).click();
    expect(await page.evaluate(faintTexts)).toEqual([]);
  });
});

describe("a form inside another site", () => {
  let host: Server;
  let origin: string;
  beforeAll(async () => {
    host = createServer((request, reply) => {
      const slug = new URL(request.url ?? "", "http://x").searchParams.get("form");
      reply.setHeader("Content-Type", "text/html").end(`<iframe src="${url}/f/${slug}" width="600" height="600"></iframe>`);
    });
    await new Promise<void>((done) => host.listen(0, "127.0.0.1", done));
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => host.close(done)));

  const schema = (settings: unknown) => ({ fields: [{ name: "name", type: "short_text", label: "Name", required: true }], settings });

  test("is filled in where it is allowed, and goes on to where its author sends people", async () => {
    const form = await publish(schema({ allowed_origins: [origin], redirect_url: `${origin}/?form=none` }));
    const { page } = await open(FORM);
    await page.goto(`${origin}/?form=${form.slug}`);
    const frame = page.frameLocator("iframe");
    await frame.getByLabel("Name").fill("Ada");
    await frame.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => page.frames().some((candidate) => candidate.url() === `${origin}/?form=none`)).toBe(true);
    expect(await total(form.id)).toBe(1);
  });

  test("is not shown where it is not allowed", async () => {
    const form = await publish(schema({ allowed_origins: ["https://shop.example"] }));
    const { page, complaints } = await open(FORM);
    await page.goto(`${origin}/?form=${form.slug}`);
    await expect.poll(() => complaints.some((text) => text.includes("frame-ancestors"))).toBe(true);
    expect(await page.frameLocator("iframe").getByLabel("Name").count()).toBe(0);
  });
});

test("two clicks at once hand in one answer", async () => {
  const form = await publish({ fields: [{ name: "name", type: "short_text", label: "Name", required: true }] });
  const { page } = await open(`/f/${form.slug}`);
  await page.getByLabel("Name").fill("Ada");
  await page.getByRole("button", { name: "Send" }).dblclick({ noWaitAfter: true });
  await page.waitForURL(/\/thanks$/);
  await page.reload();
  expect(await total(form.id)).toBe(1);
});

/** Runs in the page: texts whose contrast is below what WCAG 2.2 AA asks of their size. */
function faintTexts(): string[] {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (layers: string[]): number[] => {
    if (canvas === null) return [0, 0, 0];
    for (const layer of layers) {
      canvas.fillStyle = layer;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb: number[]) => {
    const [r = 0, g = 0, b = 0] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string[] =>
    element === null ? ["white"] : [...behind(element.parentElement), getComputedStyle(element).backgroundColor];
  const faint: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === "" || element.closest(".unseen, .trap, option")) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const [ink, ground] = [luminance(paint([...back, style.color])), luminance(paint(back))];
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    const isLarge = Number.parseFloat(style.fontSize) >= 24;
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${node.textContent?.trim().slice(0, 40)} ${ratio.toFixed(2)}`);
  }
  return faint;
}

describe("files", () => {
  const schema = {
    fields: [
      { name: "name", type: "short_text", label: "Name", required: true },
      { name: "cv", type: "file", label: "Your CV", required: true, validation: { max: 2, accept: [".pdf"] } },
    ],
  };
  const pdf = (name: string) => ({ name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\nhello\n") });

  test("are sent without script, stay while something else is mended, and can be left out again", async () => {
    const { id, slug } = await publish(schema);
    const { page, complaints } = await open(`/f/${slug}`, NO_SCRIPT);
    await page.getByLabel("Your CV").setInputFiles([pdf("one.pdf"), pdf("two.pdf")]);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: "Please check one answer" }).waitFor();
    await page.getByLabel("one.pdf").uncheck();
    await page.getByLabel("Name").fill("Ada");
    await page.getByRole("button", { name: "Send" }).click();
    await page.waitForURL(/\/thanks$/);
    const { uploads } = await api<{ uploads: { id: string; name: string; size: number }[] }>("GET", `/api/v1/uploads?form_id=${id}`);
    const { responses } = await api<{ responses: { data: { cv: string[] } }[] }>("GET", `/api/v1/forms/${id}/responses`);
    const sent = uploads.filter((upload) => responses[0]?.data.cv.includes(upload.id));
    expect(sent.map(({ name, size }) => [name, size])).toEqual([["two.pdf", 15]]);
    expect(complaints.filter((line) => !line.includes("422"))).toEqual([]);
  });

  test("under a finger whatever can be hit is 44 pixels high, the list of what is wrong as well", async () => {
    const { slug } = await publish(schema);
    const { page } = await open(`/f/${slug}`, { viewport: { width: 390, height: 800 }, hasTouch: true });
    await page.getByLabel("Your CV").setInputFiles([pdf("one.pdf")]);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByLabel("one.pdf").waitFor();
    const heights = await page
      .locator("main a, main button, main label.option, main input:not([type=hidden], [type=checkbox])")
      .evaluateAll((all) => all.map((element) => [element.outerHTML.slice(0, 40), element.getBoundingClientRect().height] as const));
    expect(heights.length).toBeGreaterThan(4);
    expect(heights.filter(([, height]) => height < 44)).toEqual([]);
  });

  test("what is no such file is said at its question", async () => {
    const { slug } = await publish(schema);
    const { page } = await open(`/f/${slug}`, NO_SCRIPT);
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Your CV").setInputFiles([{ ...pdf("cv.pdf"), buffer: Buffer.from("<html>") }]);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("link", { name: /Your CV: This file is not the PDF/ }).click();
    expect(await focused(page)).toBe("_file.cv");
    expect(await page.getByLabel("Name").inputValue()).toBe("Ada");
  });
});
