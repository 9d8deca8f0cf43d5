import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import type { JobView } from "../../src/jobs";
import { cancelJob, findReusable, listJobs, summariseJobs, wakeOverdueJobs } from "../../src/jobs";
import { followUpDue } from "../../src/jobs/follow-up";
import { takeJob } from "../../src/jobs/take";
import { asSystem } from "../../src/shared/context";
import { askExport, finished } from "../reports/support";
import { createForm, type FormWorld } from "../responses/support";
import { testContext } from "../support/context";
import { watch } from "../support/plans";
import { createWorld } from "../support/world";
import { bench, forgetTestJobs, kindOf } from "./support";

async function worldWithJob(): Promise<FormWorld & { job: string; export: string }> {
  const world = await createForm();
  await world.accepted({ name: "one" });
  const { id, job_id } = await askExport(world, { form_id: world.formId, format: "csv" });
  return { ...world, job: job_id, export: id };
}

test("jobs are listed, read and summed up", async () => {
  const world = await worldWithJob();
  await finished(world, world.export);
  const { jobs } = await (await world.call("GET", "/api/v2/jobs?kind=export&status=done")).json<{ jobs: JobView[] }>();
  expect(jobs).toMatchObject([
    { id: world.job, kind: "export", status: "done", progress: 1, result: { export_id: world.export, rows: 1 } },
  ]);
  expect(await (await world.call("GET", "/api/v2/jobs?status=failed")).json()).toEqual({ jobs: [], next_cursor: null });
  expect(await (await world.call("GET", `/api/v2/jobs/${world.job}`)).json()).toMatchObject({ id: world.job, attempts: 1, error: null });
  const summary = await (await world.call("GET", "/api/v2/jobs/summary")).json<{ kinds: unknown[] }>();
  expect(summary.kinds).toMatchObject([{ kind: "export", queue: "exports", done: 1, failed: 0, waiting: 0 }]);
});

test("a job is known by the request that began it", async () => {
  const world = await createForm();
  const reply = await world.call("POST", "/api/v2/reports/exports", { form_id: world.formId, format: "csv" });
  const { job_id: id } = await reply.json<{ job_id: string }>();
  const job = await (await world.call("GET", `/api/v2/jobs/${id}`)).json<JobView>();
  expect(job.correlation_id).toBe(reply.headers.get("X-Request-Id"));
  expect(job.created_by).toMatch(/^key:/);
});

test("a done job can be neither cancelled nor retried, and nobody sees another workspace's", async () => {
  const world = await worldWithJob();
  await finished(world, world.export);
  expect((await world.call("POST", `/api/v2/jobs/${world.job}/cancel`)).status).toBe(409);
  expect((await world.call("POST", `/api/v2/jobs/${world.job}/retry`)).status).toBe(409);
  const stranger = await createWorld();
  for (const [method, path] of [
    ["GET", ""],
    ["POST", "/cancel"],
    ["POST", "/retry"],
  ] as const) {
    expect((await stranger.call(method, `/api/v2/jobs/${world.job}${path}`)).status).toBe(404);
  }
});

test("a viewer cancels their own job and nobody else's; both leave a line in the audit log", async () => {
  const world = await createForm();
  const body = (format: string) => ({ form_id: world.formId, format });
  const others = await askExport(world, body("csv"));
  expect((await world.call("POST", `/api/v2/jobs/${others.job_id}/cancel`, undefined, { as: "viewer" })).status).toBe(403);
  const own = await (await world.call("POST", "/api/v2/reports/exports", body("xlsx"), { as: "viewer" })).json<{ id: string }>();
  const reply = await world.call("POST", `/api/v2/reports/exports/${own.id}/cancel`, undefined, { as: "viewer" });
  // The real consumer may have been faster.
  expect([200, 409]).toContain(reply.status);
  const { results } = await env.DB.prepare(
    "SELECT action FROM audit_log WHERE workspace_id = ?1 AND action IN ('export.created', 'job.cancelled')",
  )
    .bind(world.workspaceId)
    .all<{ action: string }>();
  expect(results.filter(({ action }) => action === "export.created")).toHaveLength(2);
  expect(results.filter(({ action }) => action === "job.cancelled")).toHaveLength(reply.status === 200 ? 1 : 0);
});

test("no question about jobs reads the whole table", async () => {
  await forgetTestJobs();
  const { ctx } = bench();
  const seen = watch();
  const watched = { ...ctx, db: testContext({}, { DB: seen.db }).db };
  const own = asSystem(watched, ctx.workspaceId);
  await listJobs(own, { limit: 10 });
  await listJobs(own, { limit: 10, status: "done" });
  await listJobs(own, { limit: 10, kind: "export" });
  await summariseJobs(own);
  await findReusable(own, "export", "hash");
  await takeJob(watched, "work");
  await followUpDue(watched, "work", [kindOf(async () => ({ kind: "done", result: 1 }))]);
  await wakeOverdueJobs(watched);
  await expect(cancelJob(own, "job_none")).rejects.toMatchObject({ code: "not_found" });
  expect(seen.statements()).toBeGreaterThan(8);
  expect(await seen.scans()).toEqual([]);
});
