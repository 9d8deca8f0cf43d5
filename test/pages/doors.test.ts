import { describe, expect, test } from "vitest";
import { open, publish, visit } from "./support";

const NAME = { name: "name", type: "short_text", label: "Name", required: true };
const DAY_MS = 86_400_000;

async function status(path: string, headers?: Record<string, string>) {
  const reply = await visit(path, headers);
  return { status: reply.status, type: reply.headers.get("Content-Type"), text: await reply.text(), headers: reply.headers };
}

describe("who may not answer is told so on a page", () => {
  test("no such form, and a draft", async () => {
    const none = await status("/f/nobody-made-this");
    expect([none.status, none.type]).toEqual([404, "text/html; charset=utf-8"]);
    expect(none.text).toContain("There is no such form");
  });

  test("closed, by hand and by date, also for a page that was still open", async () => {
    const form = await publish({ fields: [NAME] });
    const page = await open(`/f/${form.slug}`);
    await form.call("POST", `/api/v1/forms/${form.formId}/close`);
    const late = await page.send({ name: "Ada" });
    expect([late.status, late.text.includes("This form is closed")]).toEqual([410, true]);
    const again = await status(`/f/${form.slug}`);
    expect([again.status, again.type, again.text.includes("Survey")]).toEqual([410, "text/html; charset=utf-8", true]);
    const over = await publish({ fields: [NAME], settings: { closes_at: new Date(Date.now() - DAY_MS).toISOString() } });
    expect((await status(`/f/${over.slug}`)).text).toContain("This form is closed");
  });

  test("not yet open", async () => {
    const form = await publish({ fields: [NAME], settings: { opens_at: new Date(Date.now() + DAY_MS).toISOString() } });
    const early = await status(`/f/${form.slug}`);
    expect([early.status, early.text.includes("not open yet")]).toEqual([410, true]);
  });

  test("full, before anything is filled in and when the last place went meanwhile", async () => {
    const form = await publish({ fields: [NAME], settings: { quota: { limit: 1 } } });
    const [first, second] = [await open(`/f/${form.slug}`), await open(`/f/${form.slug}`)];
    expect((await first.send({ name: "Ada" })).status).toBe(303);
    const late = await second.send({ name: "Eve" });
    expect([late.status, late.text.includes("All places are taken")]).toEqual([409, true]);
    expect((await status(`/f/${form.slug}`)).status).toBe(409);
  });

  test("one choice is full: another can be chosen on the same page", async () => {
    const days = { name: "day", type: "radio", label: "Day", options: ["mon", "tue"].map((value) => ({ value, label: value })) };
    const form = await publish({ fields: [NAME, days], settings: { quotas: [{ field: "day", value: "mon", limit: 1 }] } });
    const answer = { name: "Ada", day: "mon" };
    expect((await (await open(`/f/${form.slug}`)).send(answer)).status).toBe(303);
    const late = await (await open(`/f/${form.slug}`)).send(answer);
    expect([late.status, late.html.includes('href="#f-day"'), late.text.includes("no place left for this choice")]).toEqual([
      409,
      true,
      true,
    ]);
    expect((await late.send({ day: "tue" })).status).toBe(303);
  });

  test("a duplicate by field is mended on the page; one by address has a page of its own", async () => {
    const byField = await publish({
      fields: [NAME, { name: "email", type: "email", label: "E-mail" }],
      settings: { duplicates: { by: "field:email" } },
    });
    const answer = { name: "Ada", email: "ada@example.com" };
    expect((await (await open(`/f/${byField.slug}`)).send(answer)).status).toBe(303);
    const twice = await (await open(`/f/${byField.slug}`)).send(answer);
    expect([twice.status, twice.html.includes('href="#f-email"'), twice.value("name")]).toEqual([409, true, "Ada"]);
    expect((await twice.send({ email: "eve@example.com" })).status).toBe(303);

    const byAddress = await publish({ fields: [NAME], settings: { duplicates: { by: "ip" } } });
    const from = { "CF-Connecting-IP": "192.0.2.7" };
    expect((await (await open(`/f/${byAddress.slug}`)).send({ name: "Ada" }, "next", from)).status).toBe(303);
    const again = await (await open(`/f/${byAddress.slug}`)).send({ name: "Eve" }, "next", from);
    expect([again.status, again.text.includes("You have already answered")]).toEqual([409, true]);
  });
});

describe("programs that fill in forms", () => {
  test("what no person sees must stay empty; a person whose browser filled it in just sends again", async () => {
    const form = await publish({ fields: [NAME], settings: { honeypot: true } });
    const page = await open(`/f/${form.slug}`);
    const caught = await page.send({ name: "Ada", "contact-website": "https://spam.example" });
    expect([caught.status, caught.value("contact-website"), caught.value("name")]).toEqual([422, "", "Ada"]);
    expect(await form.answers()).toEqual([]);
    expect((await caught.send({})).status).toBe(303);
  });

  test("faster than a person, or with a forged start, is held back until the time has passed", async () => {
    const form = await publish({ fields: [NAME], settings: { min_fill_seconds: 3_600 } });
    const page = await open(`/f/${form.slug}`);
    const fast = await page.send({ name: "Ada" });
    expect([fast.status, fast.text.includes("very fast"), fast.value("_start")]).toEqual([422, true, page.value("_start")]);
    const forged = await page.send({ name: "Ada", _start: "0.aaaaaaaaaaaaaaaa.00000000000000000000000000000000" });
    expect(forged.status).toBe(422);
    expect(forged.value("_start")).not.toContain("aaaaaaaaaaaaaaaa");
    expect(await form.answers()).toEqual([]);
  });
});

describe("where a form may be shown", () => {
  test("anywhere, unless its settings name origins; its own page takes answers from within their frames", async () => {
    const open_ = await publish({ fields: [NAME] });
    const anywhere = await status(`/f/${open_.slug}`);
    expect(anywhere.headers.get("Content-Security-Policy")).toContain("frame-ancestors *");
    expect(anywhere.headers.get("X-Frame-Options")).toBeNull();

    const form = await publish({ fields: [NAME], settings: { allowed_origins: ["https://shop.example", "http://localhost:3000"] } });
    const page = await open(`/f/${form.slug}`);
    expect(page.headers.get("Content-Security-Policy")).toContain("frame-ancestors 'self' https://shop.example http://localhost:3000");
    expect(page.headers.get("X-Frame-Options")).toBeNull();
    expect((await page.send({ name: "Ada" })).status).toBe(303);
    const foreign = await page.send({ name: "Eve" }, "next", { Origin: "https://evil.example" });
    expect([foreign.status, foreign.text.includes("Not from this site")]).toEqual([403, true]);
    await form.call("POST", `/api/v1/forms/${form.formId}/close`);
    expect((await status(`/f/${form.slug}`)).headers.get("Content-Security-Policy")).toContain("https://shop.example");
  });

  test("no script, nothing inline", async () => {
    const form = await publish({ fields: [NAME] });
    const { headers, text } = await status(`/f/${form.slug}`);
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
    expect(text).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/);
    const href = /<link rel="stylesheet" href="([^"]*)"/.exec(text)?.[1] ?? "";
    const style = await visit(href);
    expect(style.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    await style.text();
    const old = await visit(href.replace(/\.[^.]*\.css/, ".of-before.css"));
    expect([old.status, old.headers.get("Cache-Control")]).toEqual([200, "no-cache"]);
    await old.text();
  });
});
