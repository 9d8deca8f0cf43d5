import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { folderOf } from "../../src/backups/archive";
import { createForm, type FormWorld } from "../responses/support";
import { createWorld } from "../support/world";
import { emptyWorkspace, finished, type Job, json } from "./support";

let world: FormWorld;
let target: Awaited<ReturnType<typeof emptyWorkspace>>;
let backupId: string;
let restored: { id: string; slug: string; title: string; status: string; version: number }[];
let restore: Job;

beforeAll(async () => {
  world = await createForm({ duplicates: { by: "field:email" } });
  const first = await world.accepted({ name: "Ada", email: "ada@example.com", department: "IT", tags: ["a", "b"], score: 7 });
  const second = await world.accepted({ name: "Bob", email: "bob@example.com", department: "HR", score: 3.5, agree: false });
  const third = await world.accepted({ name: "Cleo", email: "cleo@example.com", department: "IT" });
  const fourth = await world.accepted({ name: "Dan", department: "Sales", score: 1e15 });
  await world.accepted({ name: "Half" }, { body: { status: "partial" } });
  const path = `/api/v1/forms/${world.formId}/responses`;
  await json(world.call("PATCH", `${path}/${first.id}`, { data: { score: 8 } }));
  await json(world.call("PATCH", `${path}/${first.id}`, { data: { department: "HR" } }));
  expect((await world.call("DELETE", `${path}/${second.id}`, undefined, { as: "admin" })).status).toBe(204);
  expect((await world.call("DELETE", `${path}/${third.id}`, undefined, { as: "admin" })).status).toBe(204);
  await json(world.call("POST", `${path}/${third.id}/restore`));
  expect((await world.call("POST", `${path}/${fourth.id}/erase`, undefined, { as: "admin" })).status).toBe(204);
  await json(world.call("POST", `/api/v1/forms/${world.formId}/publish`));
  await world.accepted({ name: "Eve", email: "eve@example.com", tags: ["c"] });
  await json(world.call("POST", "/api/v1/forms", { title: "A draft", schema: { fields: [] } }));

  await json(
    world.call("POST", "/api/v2/webhooks", { url: "http://localhost:9/hook", form_id: world.formId, events: ["response.submitted"] }),
  );
  await json(world.call("PUT", `/api/v1/forms/${world.formId}/retention`, { answers_days: 365 }, { as: "admin" }));

  const backup = await json<{ id: string; job_id: string }>(world.call("POST", "/api/v2/backups", undefined, { as: "admin" }));
  backupId = backup.id;
  const made = await finished(world, backup.job_id);
  expect(made).toMatchObject({ status: "done", result: { forms: 2, responses: 6 } });

  target = await emptyWorkspace(world);
  const { job_id } = await json<{ job_id: string }>(target.call("POST", `/api/v2/backups/${backupId}/restore`));
  restore = await finished(target, job_id);
  ({ forms: restored } = await json<{ forms: typeof restored }>(target.call("GET", "/api/v1/forms")));
});

describe("a workspace restored from its back-up", () => {
  test("is said to be equal, after everything was counted again", () => {
    expect(restore).toMatchObject({ status: "done", error: null, result: { forms: 2, responses: 6, drift: 0, same_ids: false } });
  });

  test("has the same forms, with other ids and slugs because the first ones still stand", async () => {
    expect(restored.map(({ title, status, version }) => ({ title, status, version }))).toEqual(
      expect.arrayContaining([
        { title: "Survey", status: "published", version: 2 },
        { title: "A draft", status: "draft", version: 0 },
      ]),
    );
    const survey = restored.find(({ title }) => title === "Survey");
    expect(survey?.id).not.toBe(world.formId);
    const taken = await target.call("GET", `/api/v1/forms/${survey?.slug}/public`, undefined, {});
    expect(taken.status).toBe(200);
  });

  test("reads and counts as the first one does", async () => {
    const id = restored.find(({ title }) => title === "Survey")?.id ?? "";
    const both = async (path: (form: string) => string) => {
      const [was, is] = await Promise.all([
        json<Record<string, unknown>>(world.call("GET", path(world.formId))),
        json<Record<string, unknown>>(target.call("GET", path(id))),
      ]);
      return [plain(was), plain(is)] as const;
    };
    for (const path of [
      (form: string) => `/api/v1/forms/${form}/responses`,
      (form: string) => `/api/v1/forms/${form}/responses?status=deleted`,
      (form: string) => `/api/v1/forms/${form}/responses?q=ada`,
      (form: string) => `/api/v1/forms/${form}/entries`,
      (form: string) => `/api/v2/analytics/forms/${form}/metrics`,
      (form: string) => `/api/v2/analytics/forms/${form}/timeseries`,
      (form: string) => `/api/v2/analytics/forms/${form}/fields/department/distribution`,
      (form: string) => `/api/v2/analytics/forms/${form}/fields/score/distribution`,
    ]) {
      const [was, is] = await both(path);
      expect(is).toEqual(was);
    }
  });

  test("has its webhooks, which wait until somebody resumes them, and its other settings", async () => {
    const id = restored.find(({ title }) => title === "Survey")?.id ?? "";
    const { webhooks } = await json<{ webhooks: unknown[] }>(target.call("GET", "/api/v2/webhooks"));
    expect(webhooks).toMatchObject([{ url: "http://localhost:9/hook", form_id: id, status: "paused" }]);
    expect(await json(target.call("GET", `/api/v1/forms/${id}/retention`))).toMatchObject({ answers_days: 365 });
  });

  test("goes on: it takes answers, and refuses one that it had before", async () => {
    const id = restored.find(({ title }) => title === "Survey")?.id ?? "";
    const post = (data: unknown) => target.call("POST", `/api/v1/forms/${id}/responses`, { data }, {});
    const again = await post({ name: "Ada again", email: "ADA@example.com" });
    expect(await again.json()).toMatchObject({ status: 409, code: "duplicate" });
    const taken = await json<{ seq: number }>(post({ name: "New", email: "new@example.com" }));
    expect(taken.seq).toBe(13);
    const { total_responses } = await json<{ total_responses: number }>(target.call("GET", `/api/v2/analytics/forms/${id}/metrics`));
    expect(total_responses).toBe(4);
  });
});

/** Without what must differ: ids of forms and responses, and the hashes over them. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (name, member) =>
    ["hash", "genesis", "canonical", "as_of", "form_id", "etag"].includes(name) ? undefined : member,
  );
  return JSON.parse(text.replace(/(?:rsp|frm|whk)_([0-9a-z]{10})[0-9a-z]{16}/g, "$1"));
}

describe("a back-up", () => {
  test("can be downloaded as one zip with its manifest", async () => {
    const reply = await world.call("GET", `/api/v2/backups/${backupId}/download`, undefined, { as: "admin" });
    expect(reply.headers.get("content-type")).toBe("application/zip");
    const { unzipSync, gunzipSync, strFromU8 } = await import("fflate");
    const files = unzipSync(new Uint8Array(await reply.arrayBuffer()));
    const manifest = JSON.parse(strFromU8(files["manifest.json"] as Uint8Array)) as { parts: { name: string; lines: number }[] };
    for (const { name, lines } of manifest.parts) {
      const text = strFromU8(gunzipSync(files[name] as Uint8Array));
      expect(text.trimEnd().split("\n")).toHaveLength(lines);
    }
    expect(manifest.parts.length).toBeGreaterThan(3);
  });

  test("goes into an empty workspace only", async () => {
    const reply = await target.call("POST", `/api/v2/backups/${backupId}/restore`);
    expect(await reply.json()).toMatchObject({ status: 409, code: "not_empty" });
  });

  test("is nobody else's", async () => {
    const stranger = await createWorld();
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/download"],
      ["POST", "/restore"],
      ["DELETE", ""],
    ]) {
      const reply = await stranger.call(method as string, `/api/v2/backups/${backupId}${path}`, undefined, { as: "admin" });
      expect(reply.status, `${method} ${path}`).toBe(404);
    }
  });

  test("that was tampered with is not restored", async () => {
    const other = await emptyWorkspace(world);
    const folder = folderOf(world.workspaceId, backupId);
    const { objects } = await env.FILES.list({ prefix: `${folder}2-entries/` });
    const key = objects[0]?.key ?? "";
    const before = await (await env.FILES.get(key))?.arrayBuffer();
    await env.FILES.put(
      key,
      await new Response(new Response('{"entry":{}}\n').body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
    );
    const { job_id } = await json<{ job_id: string }>(other.call("POST", `/api/v2/backups/${backupId}/restore`));
    const job = await finished(other, job_id);
    expect(job).toMatchObject({ status: "failed", error: expect.stringContaining("is damaged") });
    await env.FILES.put(key, before ?? "");
  });

  test("does not bring back who was erased after it was made", async () => {
    const { responses } = await world.list();
    const eve = responses.find(({ data }) => data.name === "Eve");
    const path = `/api/v1/forms/${world.formId}/responses/${eve?.id}/erase`;
    expect((await world.call("POST", path, undefined, { as: "admin" })).status).toBe(204);
    const fresh = await emptyWorkspace(world);
    const { job_id } = await json<{ job_id: string }>(fresh.call("POST", `/api/v2/backups/${backupId}/restore`));
    expect(await finished(fresh, job_id)).toMatchObject({ status: "done", result: { responses: 6, drift: 0 } });
    const { forms } = await json<{ forms: { id: string; title: string }[] }>(fresh.call("GET", "/api/v1/forms"));
    const copy = forms.find(({ title }) => title === "Survey")?.id;
    for (const part of ["responses", "responses?status=deleted", "entries"]) {
      expect(await (await fresh.call("GET", `/api/v1/forms/${copy}/${part}`)).text()).not.toContain("eve@example.com");
    }
  });

  test("leaves nothing in the bucket when it is deleted", async () => {
    expect((await world.call("DELETE", `/api/v2/backups/${backupId}`, undefined, { as: "admin" })).status).toBe(204);
    const { objects } = await env.FILES.list({ prefix: folderOf(world.workspaceId, backupId) });
    expect(objects).toEqual([]);
  });
});
