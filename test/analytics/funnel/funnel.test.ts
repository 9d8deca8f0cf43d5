import { beforeAll, describe, expect, test } from "vitest";
import { open } from "../../pages/support";
import { type AnalysedWorld, createAnalysed } from "../support";

interface FunnelView {
  views: number;
  starts: number;
  pages: { page: string; reached: number; left: number; drop_off: number; median_seconds: number | null }[];
  fields: { field: string; page: string; reached: number; answered: number; left: number; drop_off: number }[];
  partials: number;
  completed: number;
  completion_rate: number;
  median_seconds: number | null;
}

const FIELDS = [
  { name: "name", type: "short_text", label: "Name" },
  { name: "happy", type: "yes_no", label: "Happy?" },
  { name: "contact", type: "page_break", label: "How to reach you" },
  { name: "email", type: "email", label: "E-mail" },
  { name: "phone", type: "phone", label: "Phone" },
  { name: "last", type: "page_break", label: "At last" },
  { name: "why", type: "long_text", label: "Why not?" },
  { name: "comment", type: "long_text", label: "Comment" },
];
// Only the unhappy are asked why.
const RULES = [
  { id: "why", when: { all: [{ field: "happy", condition: "equals", value: false }] }, then: [{ action: "show", targets: ["why"] }] },
];

async function make(): Promise<AnalysedWorld> {
  const form = await createAnalysed(FIELDS);
  const reply = await form.call("PATCH", `/api/v1/forms/${form.formId}`, { schema: { fields: FIELDS, rules: RULES } });
  expect(reply.status, await reply.clone().text()).toBe(200);
  expect((await form.call("POST", `/api/v1/forms/${form.formId}/publish`)).status).toBe(200);
  return form;
}

async function funnelOf(form: AnalysedWorld, query = ""): Promise<FunnelView> {
  const reply = await form.call("GET", `/api/v2/analytics/forms/${form.formId}/funnel${query}`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  return reply.json();
}

const step = (steps: { page?: string; field?: string; reached: number; left: number }[], name: string) => {
  const found = steps.find(({ page, field }) => (field ?? page) === name);
  return found === undefined ? null : [found.reached, found.left];
};

describe("a form of three pages", () => {
  let form: AnalysedWorld;
  beforeAll(async () => {
    form = await make();
    await form.accepted({ name: "Ada", happy: true, email: "ada@example.com" });
    await form.accepted({ name: "Bo", happy: false, why: "Rain", comment: "Rain" });
    await form.accepted({ name: "Cy" }, { body: { status: "partial" } });
    await form.accepted({ name: "Di", email: "di@example.com" }, { body: { status: "partial" } });
    expect((await form.call("POST", `/api/v1/forms/${form.formId}/starts`, undefined, { key: null })).status).toBe(201);
  });

  test("every page and field tells how many came to it and how many left there, at once", async () => {
    const funnel = await funnelOf(form);
    expect(funnel).toMatchObject({ starts: 5, completed: 2, partials: 2, completion_rate: 0.4 });
    expect(step(funnel.pages, "first_page")).toEqual([5, 2]);
    expect(step(funnel.pages, "contact")).toEqual([3, 1]);
    expect(step(funnel.pages, "last")).toEqual([2, 0]);
    expect(step(funnel.fields, "name")).toEqual([5, 1]);
    expect(step(funnel.fields, "email")).toEqual([3, 1]);
    expect(step(funnel.fields, "phone")).toEqual([2, 0]);
    // Only Bo was asked.
    expect(step(funnel.fields, "why")).toEqual([1, 0]);
    expect(funnel.fields.find(({ field }) => field === "comment")).toMatchObject({ reached: 2, answered: 1 });
    expect(funnel.pages[0]?.drop_off).toBeCloseTo(0.4);
  });

  test("a partial that is completed leaves no trace of having stopped; one that is deleted is gone", async () => {
    const fresh = await make();
    const { resume_token } = await fresh.accepted({ name: "Ed" }, { body: { status: "partial" } });
    await fresh.accepted({ email: "ed@example.com" }, { body: { status: "complete", resume_token } });
    const second = await fresh.accepted({ name: "Flo" }, { body: { status: "partial" } });
    await fresh.remove(second.id);
    const removed = await fresh.accepted({ name: "Gus", happy: true });
    await fresh.remove(removed.id);
    const funnel = await funnelOf(fresh);
    expect(funnel).toMatchObject({ completed: 1, partials: 0 });
    expect(step(funnel.pages, "first_page")).toEqual([1, 0]);
    expect(step(funnel.fields, "why")).toEqual([0, 0]);
  });

  test("an edit moves what was shown, and counting again from the store agrees", async () => {
    const fresh = await make();
    const { id } = await fresh.accepted({ name: "Hal", happy: true });
    await fresh.accepted({ name: "Ida" }, { body: { status: "partial" } });
    expect(step((await funnelOf(fresh)).fields, "why")).toEqual([0, 0]);
    expect((await fresh.edit(id, { happy: false })).status).toBe(200);
    expect(step((await funnelOf(fresh)).fields, "why")).toEqual([1, 0]);
    const verified = await fresh.call("POST", `/api/v1/forms/${fresh.formId}/verify`);
    expect(verified.status, await verified.clone().text()).toBeLessThan(300);
    expect(await verified.json()).toMatchObject({ ok: true });
  });

  test("days before and after have nothing", async () => {
    expect(await funnelOf(form, "?start_date=2020-01-01&end_date=2020-01-02")).toMatchObject({ starts: 0, completed: 0 });
    expect((await form.call("GET", `/api/v2/analytics/forms/${form.formId}/funnel?start_date=2026-02-01&end_date=2026-01-01`)).status).toBe(
      422,
    );
  });
});

test("a visit to the form's own page stands on the farthest page it has come to, until it sends", async () => {
  const form = await make();
  const two = await (await open(`/f/${form.formId}`)).send({ name: "Jo", happy: "true" });
  expect(step((await funnelOf(form)).pages, "contact")).toEqual([1, 1]);
  const three = await two.send({ email: "jo@example.com" });
  let funnel = await funnelOf(form);
  expect(step(funnel.pages, "contact")).toEqual([1, 0]);
  expect(step(funnel.pages, "last")).toEqual([1, 1]);
  expect(funnel.pages[0]?.median_seconds).not.toBeNull();
  // Back again: it has still been there.
  const back = await three.send({}, "back");
  expect(step((await funnelOf(form)).pages, "last")).toEqual([1, 1]);
  expect((await (await back.send({})).send({ comment: "Fine" })).status).toBe(303);
  funnel = await funnelOf(form);
  expect(funnel).toMatchObject({ starts: 1, completed: 1 });
  expect(step(funnel.pages, "last")).toEqual([1, 0]);
  expect(funnel.median_seconds).not.toBeNull();
});

test("a form that was never published has steps and nobody on them", async () => {
  const form = await createAnalysed(FIELDS);
  const draft = await form.call("POST", "/api/v1/forms", { title: "Draft", schema: { fields: FIELDS } });
  const { id } = await draft.json<{ id: string }>();
  const reply = await form.call("GET", `/api/v2/analytics/forms/${id}/funnel`);
  expect(reply.status, await reply.clone().text()).toBe(200);
  expect(await reply.json()).toMatchObject({ views: 0, starts: 0, completed: 0 });
});
