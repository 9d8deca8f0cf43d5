import { expect, test } from "vitest";
import { createWorld, type World } from "../../support/world";
import type { AnswerView, Problem } from "./support";

interface Several {
  world: World;
  form(fields: unknown[], answers: Record<string, unknown>[]): Promise<string>;
  submit(formId: string, data: Record<string, unknown>): Promise<void>;
  ask(query: unknown): Promise<AnswerView & { meta: { forms: string[] } }>;
  refused(query: unknown, status?: number): Promise<Problem>;
}

const choice = (name: string, ...values: string[]) => ({
  name,
  type: "select",
  label: name,
  options: values.map((value) => ({ value, label: value })),
});
const text = (name: string, type = "short_text") => ({ name, type, label: name });

async function several(): Promise<Several> {
  const world = await createWorld();
  const submit = async (formId: string, data: Record<string, unknown>) => {
    const reply = await world.call("POST", `/api/v1/forms/${formId}/responses`, { data });
    expect(reply.status, await reply.clone().text()).toBe(201);
  };
  return {
    world,
    submit,
    form: async (fields, answers) => {
      const { id } = await (await world.call("POST", "/api/v1/forms", { title: "One of several", schema: { fields } })).json<{
        id: string;
      }>();
      expect((await world.call("POST", `/api/v1/forms/${id}/publish`)).status).toBe(200);
      for (const data of answers) await submit(id, data);
      return id;
    },
    ask: async (query) => {
      const reply = await world.call("POST", "/api/v2/analytics/query", query);
      expect(reply.status, await reply.clone().text()).toBe(200);
      return reply.json();
    },
    refused: async (query, status = 422) => {
      const reply = await world.call("POST", "/api/v2/analytics/query", query);
      expect(reply.status, await reply.clone().text()).toBe(status);
      return reply.json();
    },
  };
}

test("forms that share a field are asked as one, and can be told apart", async () => {
  const here = await several();
  const a = await here.form(
    [text("score", "number"), choice("team", "red", "blue")],
    [
      { score: 1, team: "red" },
      { score: 3, team: "blue" },
    ],
  );
  const b = await here.form([text("score", "number"), choice("team", "red", "green")], [{ score: 8, team: "red" }]);
  const c = await here.form([text("other")], [{ other: "x" }]);
  expect(await here.ask({ aggregate: "median", field: "score", forms: [a, b] })).toMatchObject({
    data: 3,
    meta: { plan: "scan", forms: [a, b] },
  });
  // Without naming them: those that have the field, and no other.
  const average = await here.ask({ aggregate: "avg", field: "data.score" });
  expect(average).toMatchObject({ data: 4, meta: { plan: "rollup", cached: false } });
  expect([...average.meta.forms].sort()).toEqual([a, b].sort());
  expect((await here.ask({ aggregate: "avg", field: "data.score" })).meta.cached).toBe(true);
  expect((await here.ask({ aggregate: "count", group_by: "team", forms: [a, b] })).data).toEqual({ red: 2, blue: 1 });
  expect(await here.ask({ aggregate: "count", group_by: ["form", "team"], forms: [a, b], sort: { field: "form" } })).toMatchObject({
    data: { [a]: { red: 1, blue: 1 }, [b]: { red: 1 } },
    meta: { plan: "live" },
  });
  expect((await here.ask({ aggregate: "count", group_by: "form" })).data).toEqual({ [a]: 2, [b]: 1, [c]: 1 });
  await here.submit(b, { score: 100 });
  expect((await here.ask({ aggregate: "avg", field: "data.score" })).data).toBe(28);
  expect(await here.refused({ aggregate: "avg", field: "score", forms: [a, c] })).toMatchObject({ code: "unknown_field" });
  expect(await here.refused({ aggregate: "avg", field: "nope" })).toMatchObject({ code: "unknown_field", errors: [{ path: "field" }] });
  expect(await here.refused({ aggregate: "count", forms: [] })).toMatchObject({ errors: [{ path: "forms" }] });
  expect(await here.refused({ aggregate: "count", forms: [a, a] })).toMatchObject({ errors: [{ path: "forms.1" }] });
});

test("another workspace's form is not there, neither named nor joined", async () => {
  const here = await several();
  const elsewhere = await several();
  const mine = await here.form([text("email")], [{ email: "a" }]);
  const theirs = await elsewhere.form([text("email")], [{ email: "a" }]);
  await here.refused({ aggregate: "count", forms: [mine, theirs] }, 404);
  const join = [mine, theirs].map((form, i) => ({ form, as: `f${i}`, key: "email" }));
  await here.refused({ aggregate: "count", join }, 404);
  expect((await here.ask({ aggregate: "count" })).data).toBe(1);
});

test("two forms are joined where they hold the same in a key field", async () => {
  const here = await several();
  const signup = await here.form(
    [text("email", "email"), choice("plan", "free", "pro")],
    [
      { email: "a@example.com", plan: "pro" },
      { email: "b@example.com", plan: "free" },
      { email: "c@example.com", plan: "pro" },
      { plan: "pro" },
    ],
  );
  const survey = await here.form(
    [text("mail", "email"), text("score", "nps"), text("why")],
    [
      { mail: "a@example.com", score: 9, why: "x" },
      { mail: "a@example.com", score: 7 },
      { mail: "b@example.com", score: 2 },
      { mail: "z@example.com", score: 10 },
    ],
  );
  const join = [
    { form: signup, as: "signup", key: "data.email" },
    { form: survey, as: "survey", key: "data.mail" },
  ];
  expect(await here.ask({ aggregate: "count", join })).toMatchObject({
    data: 3,
    meta: { plan: "scan", scanned_rows: 8, forms: [signup, survey] },
  });
  expect((await here.ask({ aggregate: "avg", field: "survey.data.score", group_by: "signup.plan", join })).data).toEqual({
    pro: 8,
    free: 2,
  });
  expect((await here.ask({ aggregate: "count", field: "survey.why", join })).data).toBe(1);
  expect((await here.ask({ aggregate: "max", field: "signup.email", join })).data).toBe("b@example.com");
  const month = new Date().toISOString().slice(0, 8);
  expect(
    (await here.ask({ aggregate: "count_distinct", field: "signup.email", group_by: { field: "survey.submitted_at", by: "month" }, join }))
      .data,
  ).toEqual({
    [`${month}01`]: 2,
  });
  const filtered = [join[0], { ...join[1], filter: { score: { $gte: 5 } } }];
  expect((await here.ask({ aggregate: "count", join: filtered })).data).toBe(2);
  await here.submit(survey, { mail: "c@example.com", score: 1 });
  expect((await here.ask({ aggregate: "count", join })).data).toBe(4);
  expect(await here.refused({ aggregate: "sum", field: "signup.plan", join })).toMatchObject({ code: "wrong_field_type" });
  expect(await here.refused({ aggregate: "count", group_by: "plan", join })).toMatchObject({
    code: "unknown_field",
    errors: [{ path: "group_by" }],
  });
  expect(await here.refused({ aggregate: "count", join: [{ ...join[0], filter: { x: 1 } }, join[1]] })).toMatchObject({
    errors: [{ path: "join.0.filter.x", code: "unknown_field" }],
  });
  expect(await here.refused({ aggregate: "count", join: [join[0]] })).toMatchObject({ errors: [{ path: "join" }] });
  expect(await here.refused({ aggregate: "count", join: [join[0], join[0]] })).toMatchObject({ errors: [{ path: "join.1.as" }] });
});
