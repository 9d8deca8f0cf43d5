// The shell of an endpoint's lane: identity, storage, alarm and RPC.
import { DurableObject } from "cloudflare:workers";

export class EndpointLane extends DurableObject<Env> {
  async wake(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now());
  }

  override async alarm(): Promise<void> {}
}
