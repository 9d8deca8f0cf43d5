// The request of one attempt: headers exactly as the contract names them, signed over the bytes that are sent.
import type { OutboundRequest } from "../../shared/destination-fetch";
import { type SigningKeys, signHex, signStandard } from "../verify";

export interface Endpoint {
  id: string;
  url: string;
  /** The customer's own. */
  headers: Readonly<Record<string, string>>;
  /** The one of now first; during a rotation also the one before. */
  keys: readonly [SigningKeys, ...SigningKeys[]];
}

export interface Attempt {
  deliveryId: string;
  eventType: string;
  /** 1… */
  number: number;
  at: number;
}

const USER_AGENT = "Headwater-Webhooks/1.0";

export async function attemptRequest(endpoint: Endpoint, attempt: Attempt, body: string): Promise<OutboundRequest> {
  const timestamp = Math.floor(attempt.at / 1_000);
  const [current, previous] = endpoint.keys;
  const [hex, ...standard] = await Promise.all([
    signHex(current, body),
    ...endpoint.keys.map((each) => signStandard(each, attempt.deliveryId, timestamp, body)),
  ]);
  return {
    url: endpoint.url,
    method: "POST",
    headers: {
      ...endpoint.headers,
      "Content-Type": "application/json",
      "User-Agent": USER_AGENT,
      "X-Webhook-ID": endpoint.id,
      "X-Webhook-Event": attempt.eventType,
      "X-Webhook-Delivery": attempt.deliveryId,
      "X-Webhook-Attempt": String(attempt.number),
      "X-Webhook-Timestamp": String(timestamp),
      "X-Webhook-Signature": hex,
      // One header holds one hex signature; who has not changed over yet finds theirs here.
      ...(previous === undefined ? {} : { "X-Webhook-Signature-Previous": await signHex(previous, body) }),
      "webhook-id": attempt.deliveryId,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": standard.join(" "),
    },
    body,
  };
}
