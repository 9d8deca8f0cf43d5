// What every resource shares on the wire: times, and the parameters and shape of a list.
import { z } from "@hono/zod-openapi";
import { DEFAULT_LIMIT, MAX_LIMIT } from "../shared/lists";

/** Of what has not happened: null. */
export function isoTime(epochMs: number): string;
export function isoTime(epochMs: number | null): string | null;
export function isoTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}

const MAX_CURSOR = 2_000;

export const ListQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(DEFAULT_LIMIT)
    .openapi({ type: "integer", minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  cursor: z.string().max(MAX_CURSOR).optional().openapi({ description: "`next_cursor` of the page before, unchanged." }),
});

export function listOf<K extends string, S extends z.ZodType>(name: K, item: S) {
  return z.object({ [name]: z.array(item), next_cursor: z.string().nullable() } as { [key in K]: z.ZodArray<S> } & {
    next_cursor: z.ZodNullable<z.ZodString>;
  });
}

/** An id in a path: bounded here, known or unknown in the store. */
export const IdParam = z.object({ id: z.string().min(1).max(64) });
