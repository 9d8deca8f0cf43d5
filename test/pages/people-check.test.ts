// A form whose owner asks for the check for people, filled in on its own page.
import { env } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { open, publish } from "./support";

const VERIFIER = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
const schema = {
  fields: [
    { name: "name", type: "short_text", label: "Name" },
    { name: "next", type: "page_break", label: "Next" },
    { name: "why", type: "short_text", label: "Why" },
  ],
  settings: { turnstile: true },
};

afterEach(() => {
  vi.restoreAllMocks();
});

function verifierThatKnows(token: string): string[] {
  const asked: string[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    if (String(input) !== VERIFIER) return real(input, init);
    const response = init?.body instanceof URLSearchParams ? (init.body.get("response") ?? "") : "";
    asked.push(response);
    return Response.json({ success: response === token });
  });
  return asked;
}

test("the last page carries the widget, and its policy lets that script in and no other", async () => {
  const form = await publish(schema);
  const first = await open(`/f/${form.slug}`);
  expect(first.html).not.toContain("<script");
  const last = await first.send({ name: "Ada" });
  expect(last.html).toContain(`data-sitekey="${env.TURNSTILE_SITE_KEY}"`);
  expect(last.html.match(/<script[^>]*>/g)).toEqual([
    '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async="" defer="">',
  ]);
  const policy = last.headers.get("Content-Security-Policy");
  expect(policy).toContain("script-src https://challenges.cloudflare.com;");
  expect(policy).toContain("frame-src https://challenges.cloudflare.com;");
});

test("what the widget has earned is asked about once, and lets the answer in", async () => {
  const form = await publish(schema);
  const asked = verifierThatKnows("earned");
  const last = await (await open(`/f/${form.slug}`)).send({ name: "Ada" });
  const refused = await last.send({ why: "Curious", "cf-turnstile-response": "stale" });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("Please pass the check for people");
  expect(await form.answers()).toEqual([]);
  const taken = await refused.send({ "cf-turnstile-response": "earned" });
  expect(taken.status).toBe(303);
  expect(asked).toEqual(["stale", "earned"]);
  expect(await form.answers()).toMatchObject([{ data: { name: "Ada", why: "Curious" } }]);
});

test("a form that does not ask for it has no script at all", async () => {
  const form = await publish({ fields: schema.fields });
  const page = await (await open(`/f/${form.slug}`)).send({ name: "Ada" });
  expect(page.html).not.toContain("<script");
  expect(page.headers.get("Content-Security-Policy")).not.toContain("script-src");
});
