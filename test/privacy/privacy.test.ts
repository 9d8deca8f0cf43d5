import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { startRetention } from "../../src/privacy";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { runJobs } from "../support/jobs";
import { createWorld } from "../support/world";

interface Request {
  id: string;
  status: string;
  job_id: string;
  report: { responses: number; forms: unknown };
  download_until: string | null;
}

const ADMIN = { as: "admin" } as const;

async function ask(world: FormWorld, kind: "erase" | "export", who: Record<string, unknown>): Promise<Request> {
  const asked = await world.call("POST", "/api/v2/privacy/requests", { kind, ...who }, ADMIN);
  expect(asked.status, await asked.clone().text()).toBe(202);
  const { id } = await asked.json<Request>();
  await runJobs("work");
  return vi.waitFor(async () => {
    const request = await (await world.call("GET", `/api/v2/privacy/requests/${id}`, undefined, ADMIN)).json<Request>();
    expect(request.status).toBe("done");
    return request;
  });
}

async function everythingOf(world: FormWorld): Promise<string> {
  const paths = ["responses", "responses?status=deleted", "responses?q=ada", "entries", "entries?shard=0"];
  const texts = await Promise.all(paths.map(async (path) => (await world.call("GET", `/api/v1/forms/${world.formId}/${path}`)).text()));
  return texts.join("\n");
}

describe("a person who asks to be forgotten", () => {
  test("is found however they spelt it, and gone from lists, bin, history, search, chain and counts", async () => {
    const world = await createForm();
    const first = await world.accepted({ name: "Ada", email: "ada@example.com", department: "IT", score: 3 });
    await world.call("PATCH", `/api/v1/forms/${world.formId}/responses/${first.id}`, { data: { score: 4 } });
    const binned = await world.accepted({ name: "Ada in the bin", email: "Ada@Example.com" });
    await world.call("DELETE", `/api/v1/forms/${world.formId}/responses/${binned.id}`, undefined, ADMIN);
    await world.accepted({ name: "ADA@EXAMPLE.COM" }, { body: { status: "partial" } });
    const other = await world.accepted({ name: "Bob", email: "bob@example.com", department: "IT" });
    const talksOfHer = await world.accepted({ name: "I am a friend of ada@example.com" });

    const found = await world.call("POST", "/api/v2/privacy/find", { value: " ADA@example.com" }, ADMIN);
    expect(await found.json()).toEqual({ total: 3, forms: [{ form_id: world.formId, title: "Survey", responses: 3 }] });

    const request = await ask(world, "erase", { value: "ada@example.com" });
    expect(request.report).toMatchObject({ responses: 3 });
    const { responses } = await world.list();
    expect(responses.map(({ id }) => id).sort()).toEqual([other.id, talksOfHer.id].sort());
    const left = (await everythingOf(world)).replaceAll("I am a friend of ada@example.com", "");
    expect(left.toLowerCase()).not.toContain("ada@example.com");
    expect(left).not.toContain("Ada in the bin");
    const metrics = await (await world.call("GET", `/api/v2/analytics/forms/${world.formId}/metrics`)).json();
    expect(metrics).toMatchObject({ total_responses: 2, partials: 0 });
    const verified = await world.call("POST", `/api/v1/forms/${world.formId}/verify`);
    expect(await verified.json()).toMatchObject({ ok: true });

    const again = await ask(world, "erase", { value: "ada@example.com", anywhere: true });
    expect(again.report).toMatchObject({ responses: 1 });
    expect((await everythingOf(world)).toLowerCase()).not.toContain("ada@example.com");
  });

  test("leaves no trace of their name in the request, its job or the audit log", async () => {
    const world = await createForm();
    await world.accepted({ name: "Grace", email: "grace@secret.example" });
    const request = await ask(world, "erase", { value: "grace@secret.example", field: "email" });
    const texts = await Promise.all(
      [`/api/v2/jobs/${request.job_id}`, "/api/v1/audit", `/api/v2/privacy/requests/${request.id}`].map(async (path) =>
        (await world.call("GET", path, undefined, ADMIN)).text(),
      ),
    );
    expect(texts.join()).not.toContain("grace@secret.example");
    for (const table of ["jobs", "audit_log", "privacy_requests"]) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table} WHERE workspace_id = ?1`).bind(world.workspaceId).all();
      expect(JSON.stringify(results)).not.toContain("grace@secret.example");
    }
  });

  test("cannot be looked for without a word, nor by anybody but an admin", async () => {
    const world = await createForm();
    expect((await world.call("POST", "/api/v2/privacy/find", { value: "@ ." }, ADMIN)).status).toBe(422);
    expect((await world.call("POST", "/api/v2/privacy/find", { value: "ada" })).status).toBe(403);
    expect((await world.call("POST", "/api/v2/privacy/find", { value: "ada" }, { as: "editor" })).status).toBe(403);
  });
});

describe("a person who asks what is kept of them", () => {
  test("gets all of it, with its history, in one file; nobody else's, and not for ever", async () => {
    const world = await createForm();
    const first = await world.accepted({ name: "Ada", email: "ada@example.com", score: 3 });
    await world.call("PATCH", `/api/v1/forms/${world.formId}/responses/${first.id}`, { data: { score: 4 } });
    await world.accepted({ name: "Bob", email: "bob@example.com" });
    const request = await ask(world, "export", { value: "ada@example.com" });
    const path = `/api/v2/privacy/requests/${request.id}/download`;
    const file = await (await world.call("GET", path, undefined, ADMIN)).json();
    expect(file).toMatchObject({
      forms: [
        {
          form_id: world.formId,
          responses: [{ id: first.id, data: { name: "Ada", score: 4 }, history: [{ data: { score: 3 } }, { data: { score: 4 } }] }],
        },
      ],
    });
    expect(JSON.stringify(file)).not.toContain("bob@example.com");
    const stranger = await createWorld();
    expect((await stranger.call("GET", path, undefined, ADMIN)).status).toBe(404);

    const inAWeek = testContext({ now: () => Date.now() + 8 * 86_400_000 });
    const { forgetPersonExports } = await import("../../src/privacy");
    await forgetPersonExports(inAWeek);
    expect((await world.call("GET", path, undefined, ADMIN)).status).toBe(410);
    expect((await env.FILES.list({ prefix: `privacy/${world.workspaceId}/` })).objects).toEqual([]);
  });
});

describe("retention", () => {
  const DAY = 86_400_000;
  const passNight = async (days: number) => {
    const now = () => Date.now() + days * DAY;
    await startRetention(testContext({ now }));
    await runJobs("work", now);
  };

  test("erases what is older than the form keeps, and nothing else", async () => {
    const world = await createForm();
    const kept = await createForm();
    await world.accepted({ name: "Old" });
    await world.accepted({ name: "Half" }, { body: { status: "partial" } });
    await kept.accepted({ name: "For ever" });
    const path = `/api/v1/forms/${world.formId}/retention`;
    const set = await world.call("PUT", path, { answers_days: 30, partial_days: 7 }, ADMIN);
    expect(await set.json()).toEqual({ answers_days: 30, partial_days: 7, deleted_days: null });

    await passNight(8);
    expect((await world.list()).responses.map(({ data }) => data.name)).toEqual(["Old"]);
    await passNight(31);
    expect((await world.list()).responses).toEqual([]);
    expect(await everythingOf(world)).not.toMatch(/Old|Half/);
    expect((await kept.list()).responses).toHaveLength(1);
    const verified = await world.call("POST", `/api/v1/forms/${world.formId}/verify`);
    expect(await verified.json()).toMatchObject({ ok: true });
  });

  test("empties the bin a while after something was put there", async () => {
    const world = await createForm();
    const binned = await world.accepted({ name: "Binned" });
    await world.accepted({ name: "Stays" });
    await world.call("DELETE", `/api/v1/forms/${world.formId}/responses/${binned.id}`, undefined, ADMIN);
    await world.call("PUT", `/api/v1/forms/${world.formId}/retention`, { deleted_days: 10 }, ADMIN);
    await passNight(9);
    expect(await everythingOf(world)).toContain("Binned");
    await passNight(11);
    const left = await everythingOf(world);
    expect(left).not.toContain("Binned");
    expect(left).toContain("Stays");
  });

  test("is set by an admin, in whole days", async () => {
    const world = await createForm();
    const path = `/api/v1/forms/${world.formId}/retention`;
    expect((await world.call("PUT", path, { answers_days: 0 }, ADMIN)).status).toBe(422);
    expect((await world.call("PUT", path, { answers_days: 30 })).status).toBe(403);
    expect((await world.call("GET", path)).status).toBe(200);
  });
});
