import { DurableObject } from "cloudflare:workers";

export class FormLedger extends DurableObject<Env> {
  ping(): "pong" {
    return "pong";
  }
}
