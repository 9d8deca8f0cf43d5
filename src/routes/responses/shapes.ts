// The shapes of responses on the wire.
import { z } from "@hono/zod-openapi";
import { MAX_EXPRESSION } from "../../expressions";
import type { ResponseRow } from "../../store";
import { isoTime } from "../wire";

export const FormIdParam = z.object({ id: z.string().min(1).max(64).openapi({ example: "customer-feedback" }) });
export const ResponseParams = FormIdParam.extend({ rid: z.string().min(1).max(64).openapi({ example: "rsp_01jd3x0000abcdefghjkmnpqrs" }) });

// Kept as they came, by reference: copying them member by member would drop `__proto__` unseen, and it must be refused.
export const Answers = z
  .custom<Record<string, unknown>>(
    (value) => value !== null && typeof value === "object" && !Array.isArray(value),
    "Answers are an object from field names to values.",
  )
  .openapi({ type: "object", additionalProperties: true, example: { name: "Ada", rating: 5 } });

export const ResponseView = z
  .object({
    id: z.string(),
    form_id: z.string(),
    form_version: z.number().int(),
    status: z.enum(["complete", "partial", "deleted"]),
    submitted_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    updated_at: z.iso.datetime(),
    deleted_at: z.iso.datetime().nullable(),
    erased_at: z.iso.datetime().nullable(),
    duration_seconds: z.number().nullable(),
    data: Answers,
    meta: z.record(z.string(), z.unknown()),
    seq: z.number().int(),
    position: z.string().openapi({ description: "Opaque; pass it as `min_position`." }),
    revision: z.number().int().openapi({ description: "Of the newest entry about this response." }),
  })
  .openapi("Response");

export function toResponseView(row: ResponseRow): z.infer<typeof ResponseView> {
  return {
    id: row.id,
    form_id: row.formId,
    form_version: row.formVersion,
    status: row.deletedAt === null ? row.status : "deleted",
    submitted_at: isoTime(row.submittedAt),
    started_at: isoTime(row.startedAt),
    updated_at: isoTime(row.updatedAt),
    deleted_at: isoTime(row.deletedAt),
    erased_at: isoTime(row.erasedAt),
    duration_seconds: row.durationMs === null ? null : row.durationMs / 1_000,
    data: row.data,
    meta: row.meta,
    seq: row.seq,
    position: `${row.shard}:${row.seq}`,
    revision: row.lastSeq,
  };
}

/** A column that is worked out: in lists, exports and reports. */
export const CalculatedColumn = z
  .object({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a lower-case letter, then lower-case letters, digits and underscores, 64 at most."),
    label: z.string().max(200).optional(),
    expression: z.string().max(MAX_EXPRESSION),
  })
  .strict()
  .openapi("CalculatedColumn");
