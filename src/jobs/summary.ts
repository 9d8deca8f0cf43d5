// The monitor page's figures: what waits, runs and fails, for each kind and queue of one workspace.
import { sql } from "drizzle-orm";
import { assertCan, type ServiceContext } from "../shared/context";
import { idFloor } from "../shared/ids";
import type { JobQueue } from "./kind";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface JobsSummary {
  asOf: number;
  kinds: KindSummary[];
  queues: (Counts & { queue: JobQueue })[];
  /** Done in each of the last 24 hours, oldest first. */
  throughput: { from: number; done: number; failed: number }[];
}

export interface Counts {
  /** Queued and due. */
  waiting: number;
  running: number;
  /** Queued again after a failure. */
  failing: number;
  /** Of the last day. */
  done: number;
  failed: number;
  cancelled: number;
  oldestWaitingAt: number | null;
}

export interface KindSummary extends Counts {
  kind: string;
  queue: JobQueue;
  /** From start to end, of those done in the last day. */
  averageSeconds: number | null;
}

interface Unfinished {
  kind: string;
  queue: JobQueue;
  waiting: number;
  running: number;
  failing: number;
  oldest: number | null;
}

interface Finished {
  kind: string;
  queue: JobQueue;
  status: "done" | "failed" | "cancelled";
  hour: number;
  n: number;
  ms: number;
}

export async function summariseJobs(ctx: ServiceContext): Promise<JobsSummary> {
  assertCan(ctx, "read");
  const now = ctx.now();
  // Two reads, each bounded: at most 500 are unfinished, and what began long ago and ended today is rare enough to be left out.
  const [unfinished, finished] = await Promise.all([
    ctx.db.all<Unfinished>(sql`
      SELECT kind, queue, sum(status = 'queued' AND attempts = 0) AS waiting, sum(status = 'running') AS running,
        sum(status = 'queued' AND attempts > 0) AS failing, min(CASE WHEN status = 'queued' AND attempts = 0 THEN due_at END) AS oldest
      FROM jobs WHERE workspace_id = ${ctx.workspaceId} AND status IN ('queued', 'running') GROUP BY kind, queue`),
    ctx.db.all<Finished>(sql`
      SELECT kind, queue, status, CAST((${now} - finished_at) / ${HOUR} AS INTEGER) AS hour, count(*) AS n,
        sum(finished_at - coalesce(started_at, finished_at)) AS ms
      FROM jobs WHERE workspace_id = ${ctx.workspaceId} AND id >= ${idFloor("job", now - 2 * DAY)} AND finished_at > ${now - DAY}
      GROUP BY kind, queue, status, hour`),
  ]);
  const kinds = new Map<string, KindSummary & { ms: number }>();
  const of = ({ kind, queue }: { kind: string; queue: JobQueue }) => {
    const known = kinds.get(kind) ?? { kind, queue, ...NONE, averageSeconds: null, ms: 0 };
    kinds.set(kind, known);
    return known;
  };
  for (const row of unfinished) {
    Object.assign(of(row), { waiting: row.waiting, running: row.running, failing: row.failing, oldestWaitingAt: row.oldest });
  }
  const hours = Array.from({ length: 24 }, (_, i) => ({ from: now - (24 - i) * HOUR, done: 0, failed: 0 }));
  for (const row of finished) {
    const kind = of(row);
    kind[row.status] += row.n;
    if (row.status === "done") kind.ms += row.ms;
    const hour = hours[23 - row.hour];
    if (hour !== undefined && row.status !== "cancelled") hour[row.status] += row.n;
  }
  const list = [...kinds.values()].map(({ ms, ...kind }) => ({ ...kind, averageSeconds: kind.done === 0 ? null : ms / kind.done / 1_000 }));
  return { asOf: now, kinds: list.sort((a, b) => a.kind.localeCompare(b.kind)), queues: byQueue(list), throughput: hours };
}

const NONE: Counts = { waiting: 0, running: 0, failing: 0, done: 0, failed: 0, cancelled: 0, oldestWaitingAt: null };

function byQueue(kinds: readonly KindSummary[]): JobsSummary["queues"] {
  const queues = new Map<JobQueue, Counts & { queue: JobQueue }>();
  for (const kind of kinds) {
    const sum = queues.get(kind.queue) ?? { queue: kind.queue, ...NONE };
    for (const name of ["waiting", "running", "failing", "done", "failed", "cancelled"] as const) sum[name] += kind[name];
    const oldest = [sum.oldestWaitingAt, kind.oldestWaitingAt].filter((at) => at !== null);
    sum.oldestWaitingAt = oldest.length === 0 ? null : Math.min(...oldest);
    queues.set(kind.queue, sum);
  }
  return [...queues.values()];
}
