import { z } from "zod";

/** What travels through the queue: that a run is due. What it is about lies in its row. */
export const PluginMessage = z.object({ run_id: z.string().max(64), correlation_id: z.string().max(128).nullish() });
export type PluginMessage = z.infer<typeof PluginMessage>;
