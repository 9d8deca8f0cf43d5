// What the routes of analytics share on the wire.
import { z } from "@hono/zod-openapi";
import { DEFAULT_ZONE } from "../../analytics";

export const AnalysedFormParam = z.object({ id: z.string().min(1).max(64).openapi({ example: "customer-feedback" }) });

export const Timezone = z
  .string()
  .min(1)
  .max(64)
  .default(DEFAULT_ZONE)
  .openapi({ description: "IANA name; decides where days begin.", example: "Europe/Berlin" });

export const DayRangeQuery = z.object({
  start_date: z.iso.date().optional().openapi({ description: "Without it: 90 days up to `end_date`.", example: "2026-01-01" }),
  end_date: z.iso.date().optional().openapi({ description: "Included. Without it: today.", example: "2026-01-31" }),
});
