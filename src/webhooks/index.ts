export { type NewEvent, raiseIfChanged, type StoredEventType } from "../store/events";
export { EVENT_TYPES, type EventType } from "./event-types";
export { type EventFollower, fanOutEntries, fanOutStored, type StoredEvent, tellEvent } from "./events/fan-out";
export { eventTypeOf, readRange, type TracedEntry } from "./events/read-entries";
export { forgetOldDeliveries } from "./forget-old";
export { entryEventId } from "./ids";
export { type LaneApi, laneOf } from "./lane/api";
export { HEALTHY, type Health } from "./lane/health";
export { type OpenLane, openLane } from "./lane/open-lane";
export type { LaneMemoryPort } from "./lane/ports";
export type { Result } from "./lane/store";
export {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  resumeWebhook,
  rotateSecret,
  updateWebhook,
  type Webhook,
  type WebhookInput,
} from "./manage/endpoints";
export { DeliveriesMessage } from "./message";
export type { EventBody } from "./payload/body";
export { readContents } from "./payload/contents";
export {
  type AttemptRow,
  type DeadLetterChoice,
  type Delivery,
  type DeliveryRow,
  getDeadLetter,
  listAttempts,
  listDeadLetters,
  listResponseDeliveries,
  retryDeadLetter,
  retryDeadLetters,
} from "./records/deliveries";
export { forgetAnswersOfReceivers } from "./records/forget-answers";
export { getWebhookMetrics } from "./records/metrics";
export { type ReplayChoice, replayEvents } from "./records/replay";
export { wakeOverdueDeliveries } from "./sweep";
export { previewTemplate, type Tried, testWebhook } from "./try-out";
