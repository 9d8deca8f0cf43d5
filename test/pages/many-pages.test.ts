import { expect, test } from "vitest";
import { open, publish } from "./support";

const SCHEMA = {
  fields: [
    { name: "name", type: "short_text", label: "Name", required: true },
    { name: "kind", type: "radio", label: "Kind", options: ["guest", "staff"].map((value) => ({ value, label: value })), required: true },
    { name: "p2", type: "page_break", label: "Your stay" },
    { name: "nights", type: "number", label: "Nights", required: true, validation: { min: 1 } },
    { name: "p3", type: "page_break", label: "The end" },
    { name: "note", type: "long_text", label: "Note" },
  ],
  rules: [{ source_field: "kind", condition: "equals", value: "staff", action: "jump_to", target_fields: ["p3"] }],
};

test("page by page, back and forth, nothing typed is lost and only the end hands it in", async () => {
  const form = await publish(SCHEMA);
  const one = await open(`/f/${form.slug}`);
  expect(one.text).toContain("Page 1 of 3");
  const stuck = await one.send({ name: "Ada" });
  expect([stuck.status, stuck.text.includes("Please check one answer")]).toEqual([422, true]);
  const two = await stuck.send({ kind: "guest" });
  expect([two.status, two.text.includes("Page 2 of 3"), two.text.includes("Your stay")]).toEqual([200, true, true]);
  const back = await two.send({ nights: "0" }, "back");
  expect([back.text.includes("Page 1 of 3"), back.value("name"), back.value("kind")]).toEqual([true, "Ada", "guest"]);
  const again = await back.send({});
  expect(again.value("nights")).toBe("0");
  expect((await again.send({})).status).toBe(422);
  const three = await again.send({ nights: "2" });
  expect(three.text).toContain("Page 3 of 3");
  expect(await form.answers()).toEqual([]);
  expect((await three.send({ note: "Bye" })).status).toBe(303);
  expect((await form.answers()).map(({ data }) => data)).toEqual([{ name: "Ada", kind: "guest", nights: 2, note: "Bye" }]);
});

test("a rule leads past a page, and what was answered there does not count", async () => {
  const form = await publish(SCHEMA);
  const two = await (await open(`/f/${form.slug}`)).send({ name: "Ada", kind: "guest" });
  const three = await two.send({ nights: "2" });
  const one = await (await three.send({}, "back")).send({}, "back");
  const past = await one.send({ kind: "staff" });
  expect([past.text.includes("Page 2 of 2"), past.hasControl("note")]).toEqual([true, true]);
  expect((await past.send({})).status).toBe(303);
  expect((await form.answers())[0]?.data).toEqual({ name: "Ada", kind: "staff" });
});

test("a visitor who forges the page or what was answered on others is sent back to what is wrong", async () => {
  const form = await publish(SCHEMA);
  const one = await open(`/f/${form.slug}`);
  const forged = await one.send({ _page: "p3", name: "", note: "", "_kept.nights": "-4", "_kept.kind": "guest" });
  expect(forged.status).toBe(422);
  expect(forged.text).toContain("Page 1 of 3");
  expect(forged.hasControl("name")).toBe(true);
  expect(await form.answers()).toEqual([]);
});

test("an end set by a rule says its own words", async () => {
  const form = await publish({
    fields: SCHEMA.fields,
    rules: [
      {
        id: "too_young",
        when: { all: [{ field: "kind", condition: "equals", value: "staff" }] },
        then: [{ action: "end_form", targets: [], value: "For guests only." }],
      },
    ],
    settings: { thank_you: "Thanks!", redirect_url: "https://shop.example/done" },
  });
  const sent = await (await open(`/f/${form.slug}`)).send({ name: "Ada", kind: "staff" });
  expect(sent.headers.get("Location")).toBe(`/f/${form.slug}/thanks?ended=too_young`);
  const ended = await open(sent.headers.get("Location") ?? "");
  expect([ended.text.includes("For guests only."), ended.html.includes("http-equiv")]).toEqual([true, false]);
  const other = await open(`/f/${form.slug}/thanks?ended=%3Cscript%3E`);
  expect(other.html).toContain('<meta http-equiv="refresh" content="0;url=https://shop.example/done"');
});

test("somebody who sends a first page has started; who only looks has not", async () => {
  const form = await publish(SCHEMA);
  const metrics = async () => (await form.call("GET", `/api/v2/analytics/forms/${form.formId}/metrics`)).json<Record<string, number>>();
  const one = await open(`/f/${form.slug}`);
  await open(`/f/${form.slug}`);
  expect(await metrics()).toMatchObject({ starts: 0 });
  const two = await one.send({ name: "Ada", kind: "guest" });
  expect(await metrics()).toMatchObject({ starts: 1, total_responses: 0 });
  await one.send({ name: "Ada", kind: "guest" });
  expect(await metrics()).toMatchObject({ starts: 1 });
  await (await two.send({ nights: "2" })).send({});
  expect(await metrics()).toMatchObject({ starts: 1, total_responses: 1, completion_rate: 1 });
});

test("whoever has begun keeps the last place, also when the first page is sent again", async () => {
  const form = await publish({ ...SCHEMA, settings: { quota: { limit: 1 } } });
  const [mine, late] = [await open(`/f/${form.slug}`), await open(`/f/${form.slug}`)];
  const answer = { name: "Ada", kind: "guest" };
  const from = { "CF-Connecting-IP": "192.0.2.9" };
  await mine.send(answer, "next", from);
  expect((await late.send(answer, "next", { "CF-Connecting-IP": "192.0.2.10" })).status).toBe(409);
  const two = await mine.send(answer, "next", from);
  expect(two.status).toBe(200);
  expect((await (await two.send({ nights: "2" }, "next", from)).send({}, "next", from)).status).toBe(303);
});
