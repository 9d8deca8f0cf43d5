// The live feed of one workspace: what domains publish, told to everybody who watches. Sockets hibernate; the newest messages are
// kept on disk, so that a listener who comes back hears what it missed.
import { DurableObject } from "cloudflare:workers";
import { createLogger, describeError } from "../../src/shared/log";
import { serveLive } from "../live-router";
import { Hub } from "./hub";
import { Kept } from "./kept";

/** As `publishToWorkspace` sends it: `data` is JSON text; null when there is more than a message carries. */
export interface Published {
  type: string;
  key: string;
  data: string | null;
}

export class WorkspaceHub extends DurableObject<Env> {
  readonly #hub: Hub;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const log = createLogger({ workspace_id: state.id.name ?? null });
    this.#hub = new Hub(new Kept(state.storage.sql), state, {
      now: Date.now,
      failed: (error) => log.error("a frame failed", describeError(error)),
    });
  }

  publish(message: Published): void {
    this.#hub.publish(message);
  }

  override fetch(request: Request): Promise<Response> {
    return serveLive(request, this.#hub);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#hub.socketGone(socket);
  }
  override webSocketError(socket: WebSocket): void {
    this.#hub.socketGone(socket);
  }
  override webSocketMessage(): void {}
}
