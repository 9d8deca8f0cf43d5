// The shell of an endpoint's lane: identity, storage, alarm and RPC. What is decided is in src/webhooks/lane/. One object for each
// endpoint, so that a slow one keeps nobody waiting but itself: its connections, its clock and its memory are its own.
import { DurableObject } from "cloudflare:workers";
import { newId } from "../../src/shared/ids";
import { describeError } from "../../src/shared/log";
import { flushMetricsSometimes } from "../../src/shared/metrics-flush";
import { backgroundContext } from "../../src/store/background-context";
import { type LaneApi, type OpenLane, openLane } from "../../src/webhooks";
import { LaneMemory } from "./memory";

const AFTER_OUR_FAILURE_MS = 15_000;

export class EndpointLane extends DurableObject<Env> implements LaneApi {
  readonly #memory: LaneMemory;
  #open: OpenLane | null = null;
  #running = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#memory = new LaneMemory(state.storage);
  }

  async wake(): Promise<void> {
    // An alarm that is being handled comes again if this object dies in it, so a flag is as good as a new one.
    if (this.#running && this.#open !== null) this.#open.lane.wake();
    else await this.ctx.storage.setAlarm(Date.now());
  }

  async changed(): Promise<void> {
    if (this.#running && this.#open !== null) this.#open.lane.refresh();
    else await this.wake();
  }

  async resume(): Promise<void> {
    this.#memory.forgetHealth();
    await this.changed();
  }

  override async alarm(): Promise<void> {
    const ctx = backgroundContext(this.env, this.ctx, newId("request"));
    const webhookId = this.ctx.id.name ?? this.#memory.name();
    if (webhookId === null) return ctx.log.error("a lane without a name");
    this.#memory.setName(webhookId);
    this.#open ??= openLane(ctx, webhookId, this.#memory);
    this.#running = true;
    try {
      const next = await this.#open.lane.run();
      this.#running = false;
      const tellAt = await this.#open.tell();
      const at = Math.min(next ?? Number.POSITIVE_INFINITY, tellAt ?? Number.POSITIVE_INFINITY);
      if (Number.isFinite(at)) await this.#armAt(at);
    } catch (error) {
      // Never thrown on: the runtime would give up after six times, and the rows are still there.
      this.#running = false;
      ctx.log.error("a lane stopped; it will go on", { webhook_id: webhookId, ...describeError(error) });
      await this.#armAt(Date.now() + AFTER_OUR_FAILURE_MS);
    }
    flushMetricsSometimes(ctx);
  }

  /** Somebody may have woken it since: the earlier time counts. */
  async #armAt(at: number): Promise<void> {
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || armed > at) await this.ctx.storage.setAlarm(at);
  }
}
