import { z } from "zod";

const correlation = { correlation_id: z.string().max(128).nullish() };

/** What travels through the queue: that an endpoint has something due, or that an event wants to be told. Both lie in the store. */
export const DeliveriesMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("wake"), webhook_id: z.string().max(64), ...correlation }),
  z.object({ type: z.literal("event"), event_id: z.string().max(64), ...correlation }),
]);
export type DeliveriesMessage = z.infer<typeof DeliveriesMessage>;
