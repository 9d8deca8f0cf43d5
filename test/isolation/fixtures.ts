// How to make one of each thing that a path can name. The key is the path up to and with the parameter: a new kind of id
// in a route without a line here makes the suite fail.

import { env } from "cloudflare:test";
import { alertPort, listAlerts } from "../../src/alerts";
import { asSystem } from "../../src/shared/context";
import { newId } from "../../src/shared/ids";
import { testContext } from "../support/context";
import { addMember, makePerson, makeSession } from "../support/people";
import type { CallOptions, World } from "../support/world";
import type { Operation } from "./operations";

type Made = readonly string[];
type Maker = (world: World, outer: Made) => Promise<string>;

const SCHEMA = { fields: [{ name: "score", type: "nps", label: "How likely are you to recommend us?" }] };

async function createExport(world: World): Promise<Record<string, unknown>> {
  return made(world.call("POST", "/api/v2/reports/exports", { form_id: await createForm(world), format: "csv" }));
}

const PLUGIN = {
  name: "Fixture",
  source: "export default class extends FormPlugin {\n  onResponseSubmitted(response, ctx) { ctx.log(response.id); }\n}",
  events: ["response.submitted"],
};

async function createForm(world: World): Promise<string> {
  const form = await made(world.call("POST", "/api/v1/forms", { title: "Fixture", schema: SCHEMA }));
  await made(world.call("POST", `/api/v1/forms/${form.id}/publish`));
  return String(form.id);
}

async function createWebhook(world: World): Promise<string> {
  return String(
    (await made(world.call("POST", "/api/v2/webhooks", { url: "https://hooks.example.com/", events: ["response.submitted"] }))).id,
  );
}

/** A delivery that no endpoint took. */
async function createDeadLetter(world: World): Promise<string> {
  const id = newId("delivery");
  await env.DB.prepare(
    `INSERT INTO webhook_deliveries (id, workspace_id, webhook_id, event_id, event_type, occurred_at, form_id, seq, status, due_at, created_at, finished_at)
     VALUES (?1, ?2, ?3, 'evt_fixture', 'form.published', 1, '', 0, 'dead', 1, 1, 1)`,
  )
    .bind(id, world.workspaceId, await createWebhook(world))
    .run();
  return id;
}

/** Nobody makes an alert by a request. */
async function raiseAlert(world: World): Promise<string> {
  const ctx = asSystem(testContext(), world.workspaceId);
  await alertPort(ctx).raise({ source: "fixture", key: "fixture", formId: null, severity: "low", title: "Fixture", details: {} });
  return (await listAlerts(ctx, { limit: 1 })).items[0]?.id ?? "";
}

async function createSchedule(world: World): Promise<string> {
  const body = { form_id: await createForm(world), name: "Fixture", frequency: "daily", recipients: ["a@fixture.test"], format: "csv" };
  return String((await made(world.call("POST", "/api/v2/reports/schedules", body))).id);
}

async function createSuppression(world: World): Promise<string> {
  return String(
    (await made(world.call("POST", "/api/v2/reports/suppressions", { address: `${crypto.randomUUID()}@fixture.test` }))).address,
  );
}

async function createImport(world: World, [formId]: Made): Promise<string> {
  const headers = { "Content-Type": "text/csv" };
  return String((await made(world.call("POST", `/api/v1/forms/${formId}/imports`, "score\n9\n", { headers }))).id);
}

const WITH_FILE = { fields: [...SCHEMA.fields, { name: "cv", type: "file", label: "CV" }] };

/** Of a form of its own, or of the one that the path names. */
async function createUpload(world: World, named?: string): Promise<string> {
  const formId = named ?? (await createForm(world));
  await made(world.call("PATCH", `/api/v1/forms/${formId}`, { schema: WITH_FILE }));
  await made(world.call("POST", `/api/v1/forms/${formId}/publish`));
  return String((await made(world.call("POST", `/api/v1/forms/${formId}/resumable-uploads`, { field: "cv", name: "cv.txt", size: 4 }))).id);
}

const MAKERS: Record<string, Maker> = {
  "/api/v1/forms/{id}/imports/{iid}": createImport,
  "/api/v1/forms/{id}/uploads/{uid}": (world, [formId]) => createUpload(world, formId),
  "/api/v1/forms/{id}/uploads/{uid}/parts/{part}": async () => "1",
  "/api/v1/uploads/{id}": (world) => createUpload(world),
  "/u/{id}": (world) => createUpload(world),
  "/api/v2/reports/schedules/{id}": createSchedule,
  "/api/v2/reports/suppressions/{address}": createSuppression,
  "/api/v2/plugins/{id}": async (world) => String((await made(world.call("POST", "/api/v2/plugins", PLUGIN))).id),
  "/api/v1/forms/{id}": createForm,
  "/api/v1/forms/{id}/versions/{n}": async () => "1",
  "/api/v1/forms/{id}/responses/{rid}": async (world, [formId]) =>
    String((await made(world.call("POST", `/api/v1/forms/${formId}/responses`, { data: { score: 9 } }))).id),
  "/api/v2/jobs/{id}": async (world) => String((await createExport(world)).job_id),
  "/api/v2/reports/templates/{id}": async (world) =>
    String((await made(world.call("POST", "/api/v2/reports/templates", { name: crypto.randomUUID() }))).id),
  "/api/v2/reports/exports/{id}": async (world) => String((await createExport(world)).id),
  "/api/v2/analytics/forms/{id}": createForm,
  "/api/v2/webhooks/{id}": createWebhook,
  "/api/v2/webhooks/dead-letters/{id}": createDeadLetter,
  "/api/v2/analytics/forms/{id}/fields/{name}": async () => "score",
  "/api/v2/analytics/forms/{id}/detectors/{did}": async (world, [formId]) =>
    String((await made(world.call("POST", `/api/v2/analytics/forms/${formId}/detectors`, { name: "Fixture", kind: "drop" }))).id),
  "/api/v2/alerts/{id}": raiseAlert,
  "/api/v1/auth/oidc/{provider}": async () => "acme",
  "/api/v1/admin/flags/{key}": async () => "form_sharding",
  "/api/v1/sessions/{id}": async (world) => (await makeSession((await world.member("admin")).userId)).sessionId,
  "/api/v1/workspaces/{id}": (world) => createdByAdmin(world, "/api/v1/workspaces", { name: "Fixture" }),
  "/api/v1/members/{id}": async (world) => addMember(world.workspaceId, (await makePerson()).userId, "viewer"),
  "/api/v1/invitations/{id}": (world) =>
    createdByAdmin(world, "/api/v1/invitations", { email: `${crypto.randomUUID()}@fixture.test`, role: "viewer" }),
  "/api/v2/privacy/requests/{id}": (world) =>
    createdByAdmin(world, "/api/v2/privacy/requests", { kind: "export", value: "nobody@fixture.test" }),
  "/api/v2/backups/{id}": (world) => createdByAdmin(world, "/api/v2/backups", undefined),
  "/api/v1/api-keys/{id}": (world) => createdByAdmin(world, "/api/v1/api-keys", { name: "Fixture", scopes: ["read"] }),
};

/** Keys do neither of these, so such routes are called as an admin who is signed in. */
export function callerOf({ access }: Operation): CallOptions {
  return access === "manage" || access === "person" ? { as: "admin" } : {};
}

async function createdByAdmin(world: World, path: string, body: unknown): Promise<string> {
  return String((await made(world.call("POST", path, body, { as: "admin" }))).id);
}

/** The path with a real id of this world for each parameter. */
export async function realPath(template: string, world: World): Promise<string> {
  const ids: string[] = [];
  for (const { index, 0: parameter } of template.matchAll(/\{\w+\}/g)) {
    const prefix = template.slice(0, index + parameter.length);
    const make = MAKERS[prefix];
    if (make === undefined) throw new Error(`Say in test/isolation/fixtures.ts how to make what ${prefix} names`);
    ids.push(await make(world, ids));
  }
  return fill(template, ids);
}

export function fill(template: string, values: readonly string[]): string {
  let at = 0;
  return template.replace(/\{\w+\}/g, () => values[at++] ?? "");
}

async function made(reply: Promise<Response>): Promise<Record<string, unknown>> {
  const response = await reply;
  if (!response.ok) throw new Error(`A fixture could not be made: ${response.status} ${await response.text()}`);
  return response.json();
}
