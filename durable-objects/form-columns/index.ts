// The shell of a form's columns: identity, storage, alarm and RPC. What is done is in src/analytics/columns.
import { DurableObject } from "cloudflare:workers";
import {
  type Asked,
  ColumnCache,
  ColumnKeeper,
  type ColumnMarks,
  type ColumnsApi,
  type Query,
  type Shelf,
  type Standing,
} from "../../src/analytics";
import { createLogger, describeError } from "../../src/shared/log";
import { openPrimaryStore } from "../../src/store";
import { openShelf } from "./shelf";

/** What changes within this time is put in order together. */
const GATHER_MS = 5_000;
/** Between two segments others have their turn; after so many, the alarm is a new one. */
const SEGMENTS_AN_ALARM = 20;
const FIRST_BACKOFF_MS = 5_000;
const MAX_BACKOFF_MS = 300_000;

// One for all forms that share this isolate's memory.
const cache = new ColumnCache();

export class FormColumns extends DurableObject<Env> implements ColumnsApi {
  readonly #shelf: Shelf;
  readonly #keeper: ColumnKeeper;
  readonly #formId: string;
  #alarmAt: number | null = null;
  #failures = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#formId = state.id.name ?? "";
    this.#shelf = openShelf(state.storage);
    this.#keeper = new ColumnKeeper({ shelf: this.#shelf, store: openPrimaryStore(env), cache, formId: this.#formId });
  }

  async noticed(workspaceId: string, shard: number, toSeq: number): Promise<void> {
    if (!this.#belongsTo(workspaceId)) return;
    if (this.#keeper.isWorthLooking(shard, toSeq)) await this.#armAt(Date.now() + GATHER_MS);
  }

  async ask(workspaceId: string, marks: ColumnMarks, query: Query): Promise<Asked> {
    if (!this.#belongsTo(workspaceId)) return { kind: "unfit" };
    const asked = await this.#keeper.ask(workspaceId, marks, query);
    if (asked.kind === "behind" || this.#keeper.standing.changed > 0)
      await this.#armAt(Date.now() + (asked.kind === "behind" ? 0 : GATHER_MS));
    return asked;
  }

  async stand(workspaceId: string, marks: ColumnMarks): Promise<Standing | null> {
    if (!this.#belongsTo(workspaceId)) return null;
    const standing = await this.#keeper.stand(workspaceId, marks);
    if (standing === null) await this.#armAt(Date.now());
    return standing;
  }

  async forget(workspaceId: string): Promise<void> {
    if (!this.#belongsTo(workspaceId)) return;
    await this.#keeper.forget();
    await this.#armAt(Date.now() + GATHER_MS);
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    const workspaceId = this.#shelf.workspaceId();
    if (workspaceId === null) return;
    // Nothing may be thrown out of an alarm: the platform gives up on one that has failed six times.
    try {
      for (let made = 0; made < SEGMENTS_AN_ALARM; made++) {
        if (!(await this.#keeper.work(workspaceId))) {
          this.#failures = 0;
          return;
        }
      }
      this.#failures = 0;
      await this.#armAt(Date.now());
    } catch (error) {
      this.#failures += 1;
      const waitMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1));
      createLogger({ form_id: this.#formId }).warn("columns not made; tried again later", { wait_ms: waitMs, ...describeError(error) });
      await this.#armAt(Date.now() + waitMs);
    }
  }

  /** A form is one workspace's for ever; whoever asks in the name of another gets nothing. */
  #belongsTo(workspaceId: string): boolean {
    const known = this.#shelf.workspaceId();
    if (known === null) this.#shelf.setWorkspaceId(workspaceId);
    return known === null || known === workspaceId;
  }

  async #armAt(at: number): Promise<void> {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    await this.ctx.storage.setAlarm(at);
  }
}
