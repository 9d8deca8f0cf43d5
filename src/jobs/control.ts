// What a run holds in its hand. A heartbeat renews the lease and hears of a cancel while the run is busy elsewhere.
import { and, eq } from "drizzle-orm";
import type { WorkspaceContext } from "../shared/context";
import { describeError } from "../shared/log";
import { tables } from "../store";
import type { AnyJobKind, JobControl } from "./kind";
import { JobFailedError, JobStoppedError } from "./kind";
import { LEASE_MS, MAX_CHECKPOINT, RUN_LIMIT_MS, SLICE_MS } from "./rules";
import type { TakenJob } from "./take";

const { jobs } = tables;
const WRITE_EVERY_MS = 1_000;
const BEAT_MS = 2_000;

export interface Told {
  progress: number;
  rows: number;
}

export class RunControl implements JobControl {
  readonly jobId: string;
  readonly attempt: number;
  readonly correlationId: string;
  readonly createdBy: string | null;
  readonly saved: unknown;
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #startedAt: number;
  readonly #told: Told;
  #writtenAt: number;
  #writing: Promise<void> | null = null;
  readonly #heart: ReturnType<typeof setInterval>;

  constructor(
    readonly ctx: WorkspaceContext,
    readonly job: TakenJob,
    readonly kind: AnyJobKind,
    readonly onProgress: (told: Told) => void,
  ) {
    this.jobId = job.id;
    this.attempt = job.attempts;
    this.correlationId = job.correlationId;
    this.createdBy = job.createdBy;
    this.saved = job.checkpoint;
    this.signal = this.#abort.signal;
    this.#told = { progress: job.progress, rows: job.rows };
    this.#startedAt = this.#writtenAt = ctx.now();
    this.#heart = setInterval(() => void this.#beat(), Math.min(BEAT_MS, this.#leaseMs / 3));
  }

  /** What the run said last. */
  get told(): Readonly<Told> {
    return this.#told;
  }

  get #leaseMs(): number {
    return this.kind.leaseMs ?? LEASE_MS;
  }

  stop(): void {
    clearInterval(this.#heart);
  }

  isTimeUp(): boolean {
    return this.ctx.now() - this.#startedAt >= (this.kind.sliceMs ?? SLICE_MS);
  }

  async progress(share: number, rows?: number): Promise<void> {
    if (Number.isFinite(share)) this.#told.progress = Math.min(1, Math.max(0, share));
    if (rows !== undefined) this.#told.rows = rows;
    await this.checkCancelled();
  }

  async checkCancelled(): Promise<void> {
    await this.#writing?.catch(() => {});
    if (!this.signal.aborted && this.ctx.now() - this.#writtenAt >= WRITE_EVERY_MS) await this.#write({});
    this.signal.throwIfAborted();
  }

  async checkpoint(state: unknown): Promise<void> {
    const text = JSON.stringify(state ?? null);
    if (text.length > MAX_CHECKPOINT) throw new JobFailedError("The job has more to remember than a checkpoint holds.");
    await this.#writing?.catch(() => {});
    await this.#write({ checkpoint: state ?? null });
    this.signal.throwIfAborted();
  }

  async #beat(): Promise<void> {
    if (this.signal.aborted || this.#writing !== null || this.ctx.now() - this.#writtenAt < WRITE_EVERY_MS) return;
    // A store that fails for a moment costs nothing while the lease holds; when it has run out, another worker may be at it.
    await this.#write({}).catch((error: unknown) => {
      this.ctx.log.warn("a job's lease was not renewed", { job_id: this.jobId, ...describeError(error) });
      if (this.ctx.now() - this.#writtenAt > this.#leaseMs) this.#abort.abort(new JobStoppedError("lost"));
    });
  }

  #write(more: { checkpoint?: unknown }): Promise<void> {
    const writing = this.#renew(more).finally(() => {
      if (this.#writing === writing) this.#writing = null;
    });
    this.#writing = writing;
    return writing;
  }

  async #renew(more: { checkpoint?: unknown }): Promise<void> {
    const now = this.ctx.now();
    if (now - this.#startedAt > RUN_LIMIT_MS) this.#abort.abort(new JobStoppedError("too_long"));
    const { progress, rows } = this.#told;
    const [mine] = await this.ctx.db
      .update(jobs)
      .set({ ...more, progress, rows, dueAt: now + this.#leaseMs })
      .where(and(eq(jobs.id, this.jobId), eq(jobs.status, "running"), eq(jobs.claim, this.job.claim)))
      .returning({ id: jobs.id });
    if (mine === undefined) {
      this.#abort.abort(new JobStoppedError("lost"));
      return;
    }
    this.#writtenAt = now;
    this.onProgress(this.#told);
  }
}
