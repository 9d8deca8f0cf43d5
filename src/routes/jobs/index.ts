import { z } from "@hono/zod-openapi";
import { cancelJob, getJob, JOB_QUEUES, JOB_STATUSES, type JobsSummary, jobView, listJobs, retryJob, summariseJobs } from "../../jobs";
import { defineRoute, json } from "../define-route";
import { newApp } from "../new-app";
import { IdParam, isoTime, ListQuery, listOf } from "../wire";

const tags = ["Jobs"];

const JobView = z
  .object({
    id: z.string(),
    kind: z.string(),
    queue: z.enum(JOB_QUEUES),
    status: z.enum(JOB_STATUSES),
    priority: z.number().int().openapi({ description: "Higher goes first within a queue." }),
    progress: z.number().min(0).max(1),
    rows: z.number().int(),
    attempts: z.number().int().openapi({ description: "Since it last got further." }),
    max_attempts: z.number().int(),
    created_by: z.string().nullable().openapi({ description: "`user:<id>` or `key:<id>`; null for Headwater itself." }),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
    next_attempt_at: z.iso.datetime().nullable(),
    error: z.string().nullable(),
    result: z.unknown(),
    correlation_id: z.string().openapi({ description: "The `X-Request-Id` of the request that began it." }),
  })
  .openapi("Job");

const counts = {
  waiting: z.number().int(),
  running: z.number().int(),
  failing: z.number().int().openapi({ description: "Waiting for another attempt after a failure." }),
  done: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  oldest_waiting_at: z.iso.datetime().nullable(),
};
const Queue = z.enum(JOB_QUEUES);
const SummaryView = z
  .object({
    as_of: z.iso.datetime(),
    queues: z.array(z.object({ queue: Queue, ...counts })),
    kinds: z.array(z.object({ kind: z.string(), queue: Queue, ...counts, average_seconds: z.number().nullable() })),
    throughput: z
      .array(z.object({ from: z.iso.datetime(), done: z.number().int(), failed: z.number().int() }))
      .openapi({ description: "Each of the last 24 hours, oldest first." }),
  })
  .openapi("JobsSummary");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v2/jobs",
  access: "read",
  tags,
  summary: "List jobs, newest first",
  description: "Everything long: exports, reports, imports. Kept for 30 days after they end.",
  request: { query: ListQuery.extend({ kind: z.string().max(64).optional(), status: z.enum(JOB_STATUSES).optional() }) },
  responses: { 200: json(listOf("jobs", JobView), "A page of jobs") },
});
const summaryRoute = defineRoute({
  method: "get",
  path: "/api/v2/jobs/summary",
  access: "read",
  tags,
  summary: "What waits, runs and fails",
  description: "For each kind and queue. `done`, `failed` and `cancelled` are of the last 24 hours.",
  responses: { 200: json(SummaryView, "The figures") },
});
const getRoute = defineRoute({
  method: "get",
  path: "/api/v2/jobs/{id}",
  access: "read",
  tags,
  summary: "Read a job",
  request: { params: IdParam },
  responses: { 200: json(JobView, "The job") },
});
const cancelRoute = defineRoute({
  method: "post",
  path: "/api/v2/jobs/{id}/cancel",
  access: "read",
  tags,
  summary: "Cancel a job",
  description: "It really stops, and what it began is removed. Somebody else's job takes the right to write.",
  request: { params: IdParam },
  responses: { 200: json(JobView, "The job, cancelled") },
});
const retryRoute = defineRoute({
  method: "post",
  path: "/api/v2/jobs/{id}/retry",
  access: "read",
  tags,
  summary: "Try a failed or cancelled job again",
  description: "From the start. One that waits for its next attempt is tried now. Somebody else's job takes the right to write.",
  request: { params: IdParam },
  responses: { 200: json(JobView, "The job, queued") },
});

export const jobs = newApp()
  .openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listJobs(c.get("ctx"), c.req.valid("query"));
    return c.json({ jobs: items.map(jobView), next_cursor: nextCursor }, 200);
  })
  .openapi(summaryRoute, async (c) => c.json(toSummaryView(await summariseJobs(c.get("ctx"))), 200))
  .openapi(getRoute, async (c) => c.json(jobView(await getJob(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(cancelRoute, async (c) => c.json(jobView(await cancelJob(c.get("ctx"), c.req.valid("param").id)), 200))
  .openapi(retryRoute, async (c) => c.json(jobView(await retryJob(c.get("ctx"), c.req.valid("param").id)), 200));

function toSummaryView({ asOf, kinds, queues, throughput }: JobsSummary): z.infer<typeof SummaryView> {
  return {
    as_of: isoTime(asOf),
    queues: queues.map(({ oldestWaitingAt, ...queue }) => ({ ...queue, oldest_waiting_at: isoTime(oldestWaitingAt) })),
    kinds: kinds.map(({ oldestWaitingAt, averageSeconds, ...kind }) => ({
      ...kind,
      oldest_waiting_at: isoTime(oldestWaitingAt),
      average_seconds: averageSeconds,
    })),
    throughput: throughput.map(({ from, ...hour }) => ({ from: isoTime(from), ...hour })),
  };
}
