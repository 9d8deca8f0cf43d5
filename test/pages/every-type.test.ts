import { expect, test } from "vitest";
import { open, publish } from "./support";

const options = (...values: string[]) => values.map((value) => ({ value, label: value.toUpperCase() }));

const FIELDS = [
  { name: "heading", type: "heading", label: "A heading" },
  { name: "prose", type: "rich_text", label: "One.\n\nTwo." },
  { name: "picture", type: "image", label: "What it shows", src: "/favicon.svg" },
  { name: "short", type: "short_text", label: "Short" },
  { name: "long", type: "long_text", label: "Long" },
  { name: "email", type: "email", label: "E-mail" },
  { name: "phone", type: "phone", label: "Phone" },
  { name: "url", type: "url", label: "Site" },
  { name: "number", type: "number", label: "Number" },
  { name: "slider", type: "slider", label: "Slider", validation: { min: 0, max: 10 } },
  { name: "wide", type: "slider", label: "Wide slider" },
  { name: "money", type: "currency", label: "Money", currency: "EUR" },
  { name: "rating", type: "rating", label: "Rating" },
  { name: "nps", type: "nps", label: "NPS" },
  { name: "date", type: "date", label: "Date" },
  { name: "time", type: "time", label: "Time" },
  { name: "moment", type: "datetime", label: "Moment" },
  { name: "range", type: "date_range", label: "Range" },
  { name: "pick", type: "select", label: "Pick", options: options("a", "b") },
  { name: "radio", type: "radio", label: "Radio", options: options("a", "b") },
  { name: "multi", type: "multi_select", label: "Multi", options: options("a", "b", "c") },
  { name: "boxes", type: "checkboxes", label: "Boxes", options: options("a", "b", "c") },
  { name: "rank", type: "ranking", label: "Rank", options: options("a", "b", "c") },
  { name: "yes", type: "yes_no", label: "Yes?" },
  { name: "agree", type: "consent", label: "I agree", required: true },
  { name: "grid", type: "matrix", label: "Grid", rows: options("r.1", "r 2"), options: options("bad", "good") },
  { name: "home", type: "address", label: "Home" },
  { name: "source", type: "hidden", label: "Source", default: "page" },
  { name: "team", type: "group", label: "Team", fields: [{ name: "lead", type: "short_text", label: "Lead", required: true }] },
  {
    name: "kids",
    type: "repeat",
    label: "Kid",
    fields: [
      { name: "kid", type: "short_text", label: "Name", required: true },
      { name: "likes", type: "checkboxes", label: "Likes", options: options("x", "y") },
    ],
  },
  { name: "file", type: "file", label: "A file" },
  { name: "sign", type: "signature", label: "Signature" },
];

const TYPED = {
  short: "Short ",
  long: "1\r\n2",
  email: "Ada@EXAMPLE.com",
  phone: "+49 30 901820",
  url: "example.com",
  number: "4.5",
  slider: "7",
  wide: "70",
  money: "12.50",
  rating: "4",
  nps: "10",
  date: "2026-02-28",
  time: "09:05",
  moment: "2026-07-01T10:30",
  "range.start": "2026-01-01",
  "range.end": "2026-01-03",
  pick: "b",
  radio: "a",
  multi: ["", "a", "c"],
  boxes: ["", "b"],
  rank: ["c", "a", ""],
  yes: "false",
  agree: "true",
  "grid.r.1": "good",
  "grid.r 2": "bad",
  "home.line1": "Main St 1",
  "home.city": "Berlin",
  "home.country": "de",
  "team.lead": "Grace",
};

const STORED = {
  short: "Short",
  long: "1\n2",
  email: "Ada@example.com",
  phone: "+4930901820",
  url: "https://example.com/",
  number: 4.5,
  slider: 7,
  wide: 70,
  money: 12.5,
  rating: 4,
  nps: 10,
  date: "2026-02-28",
  time: "09:05",
  moment: "2026-07-01T08:30:00.000Z",
  range: { start: "2026-01-01", end: "2026-01-03" },
  pick: "b",
  radio: "a",
  multi: ["a", "c"],
  boxes: ["b"],
  rank: ["c", "a"],
  yes: false,
  agree: true,
  grid: { "r.1": "good", "r 2": "bad" },
  home: { line1: "Main St 1", city: "Berlin", country: "DE" },
  source: "page",
  team: { lead: "Grace" },
};

test("every type of field is answered through its controls, and survives a page that is shown again", async () => {
  const form = await publish({ fields: FIELDS, settings: { timezone: "Europe/Berlin" } });
  const page = await open(`/f/${form.slug}`);
  for (const name of Object.keys(TYPED)) expect(page.hasControl(name), name).toBe(true);
  const { agree, ...allButOne } = TYPED;
  const again = await page.send(allButOne);
  expect([again.status, again.text.includes("Please check one answer")], again.text).toEqual([422, true]);
  expect((await again.send({ agree: ["", agree] })).status).toBe(303);
  expect((await form.answers())[0]?.data).toEqual(STORED);
});

test("each control has a name for those who cannot see it, and each id is there once", async () => {
  const form = await publish({ fields: FIELDS });
  const { html } = await (await open(`/f/${form.slug}`)).send({});
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const references = [...html.matchAll(/ (?:for|aria-describedby|aria-labelledby)="([^"]*)"/g)].flatMap(([, list]) => list?.split(" "));
  for (const reference of references) expect(ids).toContain(reference);
  for (const [, target] of html.matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(target);
  const controls = [...html.matchAll(/<(?:input|select|textarea)[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => !tag.includes('type="hidden"'));
  const labelled = new Set([...html.matchAll(/<label[^>]* for="([^"]*)"/g)].map(([, id]) => id));
  for (const tag of controls) {
    const id = / id="([^"]*)"/.exec(tag)?.[1];
    const wrapped = /type="(?:radio|checkbox)"/.test(tag);
    expect(wrapped || labelled.has(id) || tag.includes("aria-label="), tag).toBe(true);
  }
});

test("entries are added and taken away without judging the rest; blank ones are not answers", async () => {
  const form = await publish({ fields: [FIELDS[3], ...FIELDS.filter(({ name }) => name === "kids")] });
  const page = await open(`/f/${form.slug}`);
  expect(page.hasControl("kids.0.kid")).toBe(true);
  const two = await page.send({ "kids.0.kid": "Ann", "kids.0.likes": ["", "x"] }, "add:kids");
  const three = await two.send({}, "add:kids");
  expect([three.status, three.hasControl("kids.2.kid"), three.value("kids.0.kid")]).toEqual([200, true, "Ann"]);
  const wrong = await three.send({ "kids.2.likes": ["", "y"] });
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('href="#f-kids.1.kid"');
  const mended = await wrong.send({ "kids.1.kid": "Bo" }, "remove:kids:0");
  expect(mended.value("kids.0.kid")).toBe("Bo");
  expect((await mended.send({})).status).toBe(303);
  expect((await form.answers())[0]?.data).toEqual({ kids: [{ kid: "Bo", likes: ["y"] }] });
});

test("a default that was cleared does not come back", async () => {
  const fields = [
    { name: "city", type: "short_text", label: "City", default: "Rome" },
    { name: "tags", type: "checkboxes", label: "Tags", options: options("a", "b"), default: ["a"] },
    { name: "need", type: "short_text", label: "Need", required: true },
  ];
  const form = await publish({ fields });
  const page = await open(`/f/${form.slug}`);
  expect([page.value("city"), page.value("tags")]).toEqual(["Rome", "a"]);
  const again = await page.send({ city: "", tags: "" });
  expect([again.value("city"), again.value("tags")]).toEqual(["", ""]);
  expect((await again.send({ need: "x" })).status).toBe(303);
  expect((await form.answers())[0]?.data).toMatchObject({ need: "x" });
  expect((await form.answers())[0]?.data).not.toMatchObject({ city: "Rome" });
});

test("what a rule gives is shown and cannot be changed", async () => {
  const fields = [
    { name: "plan", type: "radio", label: "Plan", options: options("free", "paid"), default: "free" },
    { name: "seats", type: "number", label: "Seats" },
  ];
  const rules = [
    { source_field: "plan", condition: "equals", value: "free", action: "set_value", action_value: 1, target_fields: ["seats"] },
  ];
  const form = await publish({ fields, rules });
  const page = await open(`/f/${form.slug}`);
  expect(page.html).toMatch(/<input id="f-seats"[^>]*disabled/);
  expect((await page.send({ seats: "500" })).status).toBe(303);
  expect((await form.answers())[0]?.data).toEqual({ plan: "free", seats: 1 });
});
