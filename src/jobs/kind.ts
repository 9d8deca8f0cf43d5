// What a kind of job is. A domain declares its kinds; queues/job-kinds.ts lists them; nothing here knows any of them.
import type { z } from "zod";
import type { WorkspaceContext } from "../shared/context";
import type { tables } from "../store";

export const JOB_QUEUES = ["exports", "reports", "work"] as const;
export type JobQueue = (typeof JOB_QUEUES)[number];

export const JOB_STATUSES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export type Job = typeof tables.jobs.$inferSelect;

/** `more`: it goes on from its checkpoint, in another run, after `delayMs`. */
export type JobOutcome<Result> = { kind: "done"; result: Result } | { kind: "more"; delayMs?: number };

export interface JobKind<Input, Result = unknown> {
  readonly kind: string;
  readonly queue: JobQueue;
  /** The row's input is parsed again before each run: an older version may have written it. */
  readonly input: z.ZodType<Input>;
  readonly maxAttempts: number;
  /** How long a worker that says nothing keeps the job; renewed by itself while it runs. A minute unless told. */
  readonly leaseMs?: number;
  /** When `control.isTimeUp()` says so; half a minute unless told. A run that goes on regardless is stopped at RUN_LIMIT_MS. */
  readonly sliceMs?: number;
  /** The wait before the next attempt; doubling from five seconds unless told. */
  backOffMs?(attempts: number): number;
  /**
   * After a failure or a death the next attempt finds the last checkpoint and goes on from it. Without this it begins anew,
   * after `cleanUp`. A run that returned `more` finds its checkpoint either way.
   */
  readonly resumes?: boolean;
  /** May run twice for one job, and a second run may begin while the first has not noticed that it lost its lease. */
  run(ctx: WorkspaceContext, input: Input, control: JobControl): Promise<JobOutcome<Result>>;
  /** Removes what an attempt began: after a cancel, after the last failure, and before beginning anew. May run twice. */
  cleanUp?(ctx: WorkspaceContext, input: Input, job: Job): Promise<void>;
  /** After it is done and everybody can see so: events, notifications. At least once. */
  afterDone?(ctx: WorkspaceContext, input: Input, result: Result, job: Job): Promise<void>;
}

/** Kinds of any input in one list: each is only ever given what its own schema has parsed. */
// biome-ignore lint/suspicious/noExplicitAny: a list of kinds whose inputs differ has no narrower type that each of them is.
export type AnyJobKind = JobKind<any, any>;

export interface JobControl {
  readonly jobId: string;
  readonly attempt: number;
  readonly correlationId: string;
  readonly createdBy: string | null;
  /** What `checkpoint` saved last; null in a first run. Parse it: another version may have written it. */
  readonly saved: unknown;
  /** Aborts when the job is cancelled, when another worker has taken it over, or when the run has lasted too long. */
  readonly signal: AbortSignal;
  /** The slice is over: save a checkpoint and return `more`. */
  isTimeUp(): boolean;
  /** 0–1. Cheap: what was said last is written once a second. Throws like `checkCancelled`. */
  progress(share: number, rows?: number): Promise<void>;
  /** Throws when the job must not go on: let it pass through. Looks at the store once a second. */
  checkCancelled(): Promise<void>;
  /** Saved before this returns. Small: at most 100 KB as JSON. */
  checkpoint(state: unknown): Promise<void>;
}

/** It cannot succeed, however often it is tried. The message is shown to people. */
export class JobFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "JobFailedError";
  }
}

/** Thrown by the control: cancelled, taken over, or out of time. */
export class JobStoppedError extends Error {
  constructor(readonly why: "lost" | "too_long") {
    super(why === "lost" ? "The job was cancelled or taken over." : "The run took too long.");
    this.name = "JobStoppedError";
  }
}
