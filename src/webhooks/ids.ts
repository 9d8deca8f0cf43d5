// Ids that come out of what they name: fanning out twice makes one delivery, and every attempt has the same.
import { hash } from "node:crypto";
import { idFloor } from "../shared/ids";

const DIGITS = 20;
const TIME_DIGITS = 10;

export function entryEventId(formId: string, shard: number, seq: number, at: number): string {
  return `${idFloor("event", at)}${digest(`entry ${formId}:${shard}:${seq}`)}`;
}

/** Sorts by when the event happened, because the event's own id does. */
export function deliveryId(webhookId: string, eventId: string): string {
  const time = eventId.slice(eventId.indexOf("_") + 1).slice(0, TIME_DIGITS);
  return `dlv_${time}${digest(`delivery ${webhookId} ${eventId}`)}`;
}

/** Of the event that says so: once for each time a delivery dies. */
export function deadLetterEventId(delivery: string, attempt: number, at: number): string {
  return `${idFloor("event", at)}${digest(`dead ${delivery} ${attempt}`)}`;
}

function digest(text: string): string {
  return hash("sha256", text, "hex").slice(0, DIGITS);
}
