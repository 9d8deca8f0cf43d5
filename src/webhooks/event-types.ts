// What can happen, by the names the API gives it.
import { STORED_EVENTS } from "../store/events";

export type { StoredEventType } from "../store/events";

const RESPONSE_EVENTS = ["response.submitted", "response.updated", "response.deleted", "response.restored"] as const;
export const EVENT_TYPES = [...RESPONSE_EVENTS, ...STORED_EVENTS] as const;

export type ResponseEventType = (typeof RESPONSE_EVENTS)[number];
export type EventType = (typeof EVENT_TYPES)[number];

export function isResponseEvent(type: string): type is ResponseEventType {
  return (RESPONSE_EVENTS as readonly string[]).includes(type);
}
