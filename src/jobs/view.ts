// pure. A job as the API and the feed show it.
import type { Job } from "./kind";

export interface JobView {
  id: string;
  kind: string;
  queue: Job["queue"];
  status: Job["status"];
  priority: number;
  progress: number;
  rows: number;
  attempts: number;
  max_attempts: number;
  created_by: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  next_attempt_at: string | null;
  error: string | null;
  result: unknown;
  correlation_id: string;
}

export function jobView(job: Job): JobView {
  return {
    id: job.id,
    kind: job.kind,
    queue: job.queue,
    status: job.status,
    priority: job.priority,
    progress: job.progress,
    rows: job.rows,
    attempts: job.attempts,
    max_attempts: job.maxAttempts,
    created_by: job.createdBy,
    created_at: iso(job.createdAt),
    started_at: job.startedAt === null ? null : iso(job.startedAt),
    finished_at: job.finishedAt === null ? null : iso(job.finishedAt),
    next_attempt_at: job.status === "queued" ? iso(job.dueAt) : null,
    error: job.error,
    result: job.result ?? null,
    correlation_id: job.correlationId,
  };
}

const iso = (time: number): string => new Date(time).toISOString();
