import { describe, expect, test } from "vitest";
import { open, post, publish, toPage, visit } from "./support";

const options = (...values: string[]) => values.map((value) => ({ value, label: value.toUpperCase() }));

const FIELDS = [
  { name: "name", type: "short_text", label: "Your name", required: true },
  { name: "email", type: "email", label: "Your e-mail" },
  { name: "score", type: "nps", label: "How likely?", required: true },
  { name: "why", type: "long_text", label: "Why so low?", required: true },
  { name: "liked", type: "multi_select", label: "Liked", options: options("tea", "cake") },
];
const RULES = [{ source_field: "score", condition: "at_most", value: 6, action: "show", target_fields: ["why"] }];

describe("a form of one page", () => {
  test("an answer given on the page is counted, and the visitor is thanked at another address", async () => {
    const form = await publish({ fields: FIELDS, rules: RULES, settings: { thank_you: "So long." } });
    const page = await open(`/f/${form.slug}`);
    expect(page.status).toBe(200);
    const sent = await page.send({ name: " Ada ", score: "9", liked: ["tea", "cake"] });
    expect(sent.status, sent.text).toBe(303);
    expect(sent.headers.get("Location")).toBe(`/f/${form.slug}/thanks`);
    expect((await open(`/f/${form.slug}/thanks`)).text).toContain("So long.");
    expect((await form.answers()).map(({ data }) => data)).toEqual([{ name: "Ada", score: 9, liked: ["tea", "cake"] }]);
    const metrics = await (await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`)).json<Record<string, number>>();
    expect(metrics.total_responses).toBe(1);
  });

  test("what is wrong is listed with links to the questions, and what was typed stays", async () => {
    const form = await publish({ fields: FIELDS, rules: RULES });
    const sent = await (await open(`/f/${form.slug}`)).send({ email: "no <address>", liked: ["cake"] });
    expect(sent.status).toBe(422);
    expect(sent.text).toContain("Please check 3 answers");
    for (const name of ["name", "email", "score"]) {
      expect(sent.html).toContain(`href="#f-${name}"`);
      expect(sent.html).toContain(`id="f-${name}"`);
    }
    expect(sent.html).toMatch(/<input id="f-email"[^>]*aria-describedby="f-email-error"[^>]*aria-invalid="true"/);
    expect(sent.value("email")).toBe("no <address>");
    expect(sent.pairs.filter(([name]) => name === "liked").map(([, value]) => value)).toEqual(["", "cake"]);
    expect(await form.answers()).toEqual([]);
  });

  test("a question that the answers bring up is shown before anything is accepted, then the form goes through", async () => {
    const form = await publish({ fields: FIELDS, rules: RULES });
    const first = await open(`/f/${form.slug}`);
    expect(first.hasControl("why")).toBe(false);
    const second = await first.send({ name: "Ada", score: "3" });
    expect(second.status).toBe(200);
    expect(second.text).toContain("One more question");
    expect(second.hasControl("why")).toBe(true);
    expect(second.text).not.toContain("Please check");
    const third = await second.send({});
    expect(third.status).toBe(422);
    expect((await third.send({ why: "Cold.\n\nVery." })).status).toBe(303);
    expect((await form.answers())[0]?.data).toEqual({ name: "Ada", score: 3, why: "Cold.\n\nVery." });
  });

  test("an answer to a question that is gone again is not kept in the response, and comes back when the question does", async () => {
    const form = await publish({ fields: FIELDS, rules: RULES });
    const low = await (await open(`/f/${form.slug}`)).send({ name: "Ada", score: "3" });
    const typed = await low.send({ why: "Cold", email: "broken" });
    const high = await typed.send({ score: "9" });
    expect(high.hasControl("why")).toBe(false);
    expect((await high.send({ score: "2" })).value("why")).toBe("Cold");
    expect((await high.send({ email: "ada@example.com" })).status).toBe(303);
    expect((await form.answers())[0]?.data).toEqual({ name: "Ada", score: 9, email: "ada@example.com" });
  });

  test("a second click and a reload of what was sent hand in one answer", async () => {
    const form = await publish({ fields: FIELDS, rules: RULES });
    const page = await open(`/f/${form.slug}`);
    const body = page.fillIn({ name: "Ada", score: "9" });
    const replies = await Promise.all([post(page.action, body), post(page.action, body), post(page.action, body)]);
    expect(replies.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect((await post(page.action, body)).status).toBe(303);
    expect(await form.answers()).toHaveLength(1);
    const changed = await page.send({ name: "Eve", score: "9" });
    expect([changed.status, changed.text.includes("Already sent")]).toEqual([409, true]);
    expect((await (await open(`/f/${form.slug}`)).send({ name: "Eve", score: "9" })).status).toBe(303);
    expect(await form.answers()).toHaveLength(2);
  });

  test("the address fills in answers, but nobody agrees by following a link", async () => {
    const fields = [
      ...FIELDS.slice(0, 2),
      { name: "src", type: "hidden", label: "Source" },
      { name: "ok", type: "consent", label: "I agree", required: true },
    ];
    const form = await publish({ fields });
    const page = await open(`/f/${form.slug}?name=%22Ada%22&src=mail&ok=true&unknown=1&_page=x`);
    expect(page.value("name")).toBe('"Ada"');
    expect(page.pairs.filter(([name]) => name === "ok")).toEqual([["ok", ""]]);
    expect((await page.send({ ok: "true" })).status).toBe(303);
    expect((await form.answers())[0]?.data).toEqual({ name: '"Ada"', src: "mail", ok: true });
  });

  test("what an author or a visitor writes is text, never markup", async () => {
    const evil = '"><img src=x onerror=alert(1)>';
    const fields = [
      { name: "a", type: "short_text", label: evil, description: evil, placeholder: evil, default: evil },
      { name: "b", type: "radio", label: evil, options: [{ value: evil, label: evil }] },
      { name: "c", type: "long_text", label: "c" },
      { name: "d", type: "matrix", label: "d", rows: [{ value: evil, label: evil }], options: options("x") },
    ];
    const form = await publish({ fields, settings: { thank_you: evil } }, evil, evil);
    const page = await open(`/f/${form.slug}?c=${encodeURIComponent(`</textarea>${evil}`)}`);
    expect(page.html).not.toContain("<img");
    expect(page.value("c")).toBe(`</textarea>${evil}`);
    expect((await page.send({ [`d.${evil}`]: "x" })).status).toBe(303);
    expect((await form.answers())[0]?.data).toEqual({ a: evil, c: `</textarea>${evil}`, d: { [evil]: "x" } });
    expect(await (await visit(`/f/${form.slug}/thanks`)).text()).not.toContain("<img");
  });

  test("the same page goes to everybody but for the values of the visit", async () => {
    const form = await publish({ fields: FIELDS });
    const [one, two] = [await open(`/f/${form.slug}`), await open(`/f/${form.slug}`, { Referer: "https://news.example/a?b" })];
    expect(one.value("_key")).not.toBe(two.value("_key"));
    expect(two.value("_from")).toBe("news.example");
    const without = (page: typeof one) => page.html.replace(/name="_(start|key|from)" value="[^"]*"/g, "");
    expect(without(two)).toBe(without(one));
    await two.send({ name: "Ada", score: "9", why: "x" });
    expect((await form.answers())[0]?.meta.referrer).toBe("news.example");
  });

  test("what is no form, too much, or junk is refused or read as nothing, without breaking", async () => {
    const form = await publish({ fields: FIELDS });
    const path = `/f/${form.slug}`;
    expect((await post(path, new URLSearchParams(), { "Content-Type": "application/json" })).status).toBe(415);
    expect((await post(path, new URLSearchParams(Array.from({ length: 20_001 }, () => ["x", ""])))).status).toBe(413);
    for (const junk of [
      "",
      "_go=remove:people:99999",
      "_go=add:__proto__",
      "__proto__=1&_page=__proto__",
      "%00=%ff&name=%00%ff",
      "_go=::::",
    ]) {
      const page = await toPage(await post(path, new URLSearchParams(junk)));
      expect([200, 422], junk).toContain(page.status);
    }
  });
});
