import { z } from "zod";

/** A pointer at a settled range; the outbox row it speaks of is the truth. */
export const EventsMessage = z.object({
  type: z.literal("entries"),
  formId: z.string(),
  workspaceId: z.string(),
  shard: z.number().int().min(0),
  fromSeq: z.number().int().min(1),
  toSeq: z.number().int().min(1),
  /** The request whose response was the last of the range. Messages of an older version have none. */
  correlation_id: z.string().nullish(),
});
export type EventsMessage = z.infer<typeof EventsMessage>;
