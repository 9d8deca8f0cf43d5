// What can happen, by the names the API gives it.

export const RESPONSE_EVENTS = ["response.submitted", "response.updated", "response.deleted", "response.restored"] as const;
/** Kept as rows of their own, because no chain has them. */
export const STORED_EVENTS = ["form.published", "form.closed", "export.completed", "schedule.failed", "webhook.dead_lettered"] as const;
export const EVENT_TYPES = [...RESPONSE_EVENTS, ...STORED_EVENTS] as const;

export type ResponseEventType = (typeof RESPONSE_EVENTS)[number];
export type StoredEventType = (typeof STORED_EVENTS)[number];
export type EventType = (typeof EVENT_TYPES)[number];

export function isResponseEvent(type: string): type is ResponseEventType {
  return (RESPONSE_EVENTS as readonly string[]).includes(type);
}
