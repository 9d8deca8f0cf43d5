import { expect, test } from "vitest";
import { createWorld } from "../support/world";

const FIELDS = [
  { name: "first_name", type: "short_text", label: "First" },
  { name: "last_name", type: "short_text", label: "Last" },
  { name: "price", type: "number", label: "Price" },
  { name: "team", type: "select", label: "Team", options: [{ value: "rd", label: "Research" }] },
  { name: "people", type: "repeat", label: "People", fields: [{ name: "age", type: "number", label: "Age" }] },
];
const calculated = (name: string, expression: string) => ({ name, type: "calculated", label: name, expression });

async function publish(fields: readonly unknown[], rules?: readonly unknown[]) {
  const world = await createWorld();
  const made = await world.call("POST", "/api/v1/forms", { title: "Calculated", schema: { fields, ...(rules ? { rules } : {}) } });
  const { id } = (await made.json()) as { id: string };
  const published = await world.call("POST", `/api/v1/forms/${id}/publish`);
  const submit = async (data: unknown) => (await (await world.call("POST", `/api/v1/forms/${id}/responses`, { data })).json()) as Answered;
  return { world, id, published, submit };
}

interface Answered {
  id: string;
  data: Record<string, unknown>;
}

test("calculated fields are set by the server at submit, whatever was sent, and again when an answer is edited", async () => {
  const form = await publish([
    ...FIELDS,
    calculated("total", "net * 1.19 | round(2)"),
    calculated("net", "price * 2"),
    calculated("greeting", "Dear {{first_name}} {{last_name}}"),
    calculated("oldest", "max(age)"),
    calculated("year", "{{submitted_at | date_format('%Y')}}"),
  ]);
  expect(form.published.status).toBe(200);
  const sent = { first_name: "Ada", last_name: "Lovelace", price: 10, total: 999, people: [{ age: 3 }, { age: 40 }] };
  const { id, data } = await form.submit(sent);
  expect(data).toMatchObject({
    net: 20,
    total: 23.8,
    greeting: "Dear Ada Lovelace",
    oldest: 40,
    year: String(new Date().getUTCFullYear()),
  });

  const edited = await form.world.call("PATCH", `/api/v1/forms/${form.id}/responses/${id}`, { data: { price: 100, last_name: "King" } });
  expect(((await edited.json()) as Answered).data).toMatchObject({ net: 200, total: 238, greeting: "Dear Ada King" });

  const metrics = await form.world.call("GET", `/api/v2/analytics/forms/${form.id}/fields/total/distribution`);
  expect(await metrics.json()).toMatchObject({ answered: 1, mean: 238 });
});

test("inside a repeating group a calculated field is worked out for each turn", async () => {
  const [, , , , people] = FIELDS;
  const group = { ...people, fields: [{ name: "age", type: "number", label: "Age" }, calculated("grown_up", "age >= 18")] };
  const form = await publish([group]);
  const { data } = await form.submit({ people: [{ age: 3 }, { age: 40 }] });
  expect(data.people).toEqual([
    { age: 3, grown_up: false },
    { age: 40, grown_up: true },
  ]);
});

test("an answer that costs too much to work out leaves the field empty, and is accepted", async () => {
  const form = await publish([FIELDS[0], calculated("bomb", "repeat(first_name, 1000000)")]);
  const { data } = await form.submit({ first_name: "Ada" });
  expect(data).toEqual({ first_name: "Ada" });
});

test.each([
  ["an unknown name", calculated("x", "frist_name | upper"), "fields.5.expression", "bad_expression"],
  ["the wrong type", calculated("x", "first_name * 2"), "fields.5.expression", "bad_expression"],
  ["a list", calculated("x", "people.age"), "fields.5.expression", "bad_expression"],
  ["itself", calculated("x", "x + 1"), "fields.5.expression", "bad_expression"],
])("publishing refuses %s", async (_what, field, path, code) => {
  const { published } = await publish([...FIELDS, field]);
  expect(published.status).toBe(422);
  expect(await published.json()).toMatchObject({ errors: [{ path, code }] });
});

test("publishing refuses calculated fields that go round in a circle", async () => {
  const { published } = await publish([...FIELDS, calculated("x", "y + 1"), calculated("y", "x + 1")]);
  expect(await published.json()).toMatchObject({ errors: [{ code: "rule_cycle" }] });
});

test("lists work out columns beside the answers", async () => {
  const form = await publish(FIELDS);
  await form.submit({ first_name: "Ada", price: 10, team: "rd", people: [{ age: 3 }, { age: 4 }] });
  const columns = [
    { name: "loud", expression: "{{first_name | upper}}!" },
    { name: "twice", expression: "base * 2" },
    { name: "base", expression: "data.price + sum(age)" },
    { name: "team_name", expression: "label(team)" },
    { name: "missing", expression: "last_name" },
  ];
  const get = (wanted: unknown, more = "") =>
    form.world.call(
      "GET",
      `/api/v1/forms/${form.id}/responses?fields=price&calculated=${encodeURIComponent(JSON.stringify(wanted))}${more}`,
    );
  const { responses } = (await (await get(columns)).json()) as { responses: unknown[] };
  expect(responses).toMatchObject([
    { data: { price: 10 }, calculated: { loud: "ADA!", twice: 34, base: 17, team_name: "Research", missing: null } },
  ]);

  const wrong = await get([
    { name: "a", expression: "price +" },
    { name: "b", expression: "b" },
  ]);
  expect(wrong.status).toBe(422);
  expect(await wrong.json()).toMatchObject({
    code: "invalid_expression",
    errors: [{ path: "calculated.0.expression" }, { path: "calculated.1.expression", code: "cycle" }],
  });
  expect((await get("rubbish")).status).toBe(422);
  expect((await get(columns, "&timezone=Mars%2FBase")).status).toBe(422);
});

test("filters know what a calculated field comes to", async () => {
  const form = await publish([...FIELDS, calculated("full", "{{first_name}} {{last_name}}")]);
  await form.submit({ first_name: "Ada", last_name: "King" });
  await form.submit({ first_name: "Bo", last_name: "Li" });
  const filter = encodeURIComponent(JSON.stringify({ "data.full": { $eq: "Bo Li" } }));
  const reply = await form.world.call("GET", `/api/v1/forms/${form.id}/responses?filter=${filter}`);
  expect(await reply.json()).toMatchObject({ responses: [{ data: { first_name: "Bo" } }] });
});

test("analytics count its words when it comes to text, and add nothing up", async () => {
  const form = await publish([...FIELDS, calculated("full", "{{first_name}} {{last_name}}")]);
  await form.submit({ first_name: "Ada", last_name: "King" });
  const words = await form.world.call("GET", `/api/v2/analytics/forms/${form.id}/fields/full/distribution`);
  expect(await words.json()).toMatchObject({
    type: "calculated",
    answered: 1,
    words: expect.arrayContaining([expect.objectContaining({ word: "king" })]),
  });
  const sum = await form.world.call("POST", `/api/v2/analytics/forms/${form.id}/query`, { aggregate: "sum", field: "full" });
  expect(sum.status).toBe(422);
  const groups = await form.world.call("POST", `/api/v2/analytics/forms/${form.id}/query`, { aggregate: "count", group_by: "data.full" });
  expect(await groups.json()).toMatchObject({ data: { "Ada King": 1 } });
});

test("an expression is checked as it is typed, and tried on a response", async () => {
  const form = await publish(FIELDS);
  const { id } = await form.submit({ first_name: "Ada", last_name: "King", price: 2 });
  const check = async (expression: string, response_id?: string) =>
    (await form.world.call("POST", "/api/v2/reports/expressions/check", { form_id: form.id, expression, response_id })).json();
  expect(await check("{{first_name}} {{last_name}}", id)).toEqual({ ok: true, type: "text", value: "Ada King", errors: [] });
  expect(await check("{{price}} + {{price}}", id)).toEqual({ ok: true, type: "number", value: 4, errors: [] });
  expect(await check("price * 2")).toEqual({ ok: true, type: "number", value: null, errors: [] });
  expect(await check("{{first_name}} {{nobody}}", id)).toMatchObject({ ok: false, type: null, value: null, errors: [{ offset: 17 }] });
  expect(await check("repeat(first_name, 10000000)", id)).toMatchObject({ ok: false, errors: [{ offset: 0 }] });

  const stranger = await createWorld();
  const elsewhere = await stranger.call("POST", "/api/v2/reports/expressions/check", { form_id: form.id, expression: "price" });
  expect(elsewhere.status).toBe(404);
  const { functions } = (await (await form.world.call("GET", "/api/v2/reports/expressions/functions")).json()) as { functions: unknown[] };
  expect(functions.length).toBeGreaterThan(40);
});
