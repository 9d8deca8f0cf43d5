// The live feed of a form that has several ledgers, told as one. Sockets hibernate; ledgers wake it, and it reads from each what came
// after the place it has written down.
import { DurableObject } from "cloudflare:workers";
import type { FormFeedApi, LedgerFollowed } from "../../src/analytics";
import { ledgerOf } from "../../src/responses";
import { createLogger, describeError } from "../../src/shared/log";
import { serveLive } from "../live-router";
import { GROUPS, MergedFeed } from "./merged";
import { Places } from "./places";

export class FormFeed extends DurableObject<Env> implements FormFeedApi {
  readonly #feed: MergedFeed;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const formId = state.id.name ?? "";
    const log = createLogger({ form_id: formId });
    this.#feed = new MergedFeed(formId, new Places(state.storage, GROUPS), state, {
      ledger: (shard) => ledgerOf(env, formId, shard) as unknown as LedgerFollowed,
      now: Date.now,
      failed: (error) => log.warn("a frame failed; it is tried again", describeError(error)),
    });
  }

  wake(shard: number): boolean {
    return this.#feed.wake(shard);
  }

  override fetch(request: Request): Promise<Response> {
    return serveLive(request, this.#feed);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#feed.socketGone(socket);
  }
  override webSocketError(socket: WebSocket): void {
    this.#feed.socketGone(socket);
  }
  override webSocketMessage(): void {}
}
