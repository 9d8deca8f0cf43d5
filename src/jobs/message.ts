import { z } from "zod";

/** "Your queue has something due": which job it will be is decided when it is taken, by priority. */
export const JobMessage = z.object({ type: z.literal("due"), correlation_id: z.string().max(128) });
export type JobMessage = z.infer<typeof JobMessage>;
