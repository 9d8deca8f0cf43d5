// Reading as of an earlier moment, the same on every route that can.
import { z } from "@hono/zod-openapi";

export const AsOfQuery = z.object({
  as_of_seq: z
    .string()
    .regex(/^(\d{1,2}:)?\d{1,15}(,(\d{1,2}:)?\d{1,15}){0,63}$/, "The number of an entry, or a position.")
    .optional()
    .openapi({ description: "As it stood when that entry had been accepted. Of a form with several ledgers: its `position`." }),
  as_of: z.iso.datetime({ offset: true }).optional().openapi({ description: "As it stood at that time." }),
});

export function asOfInput({ as_of_seq, as_of }: z.infer<typeof AsOfQuery>): { seq?: string; time?: number } {
  return { seq: as_of_seq, time: as_of === undefined ? undefined : Date.parse(as_of) };
}
