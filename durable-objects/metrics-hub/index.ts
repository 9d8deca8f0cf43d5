import { DurableObject } from "cloudflare:workers";

export class MetricsHub extends DurableObject<Env> {
  ping(): "pong" {
    return "pong";
  }
}
