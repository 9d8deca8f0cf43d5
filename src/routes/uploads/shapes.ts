// Uploads on the wire.
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../middleware/app-types";
import type { Upload, UploadState } from "../../uploads";
import { isoTime } from "../wire";

export const tags = ["Uploads"];
export const FormParam = z.object({ id: z.string().min(1).max(64) });
export const UploadParam = FormParam.extend({ uid: z.string().min(1).max(64) });

const STATUS = z.enum(["open", "complete"]);
const SCAN = z
  .enum(["none", "pending", "clean", "refused"])
  .openapi({ description: "What the virus scanner says; `none`: there is no scanner here, so nothing was scanned." });

export const UploadReceipt = z
  .object({
    id: z.string().openapi({ description: "Send it as the answer: a list of them for `file`, one for `signature`." }),
    form_id: z.string(),
    field: z.string(),
    name: z.string(),
    type: z.string().openapi({ description: "As the first bytes say." }),
    size: z.number().int(),
    status: STATUS,
    scan: SCAN,
    expires_at: z.iso.datetime().nullable().openapi({ description: "Unless a response names it by then." }),
  })
  .openapi("UploadReceipt");

export const UploadStateView = UploadReceipt.extend({
  part_size: z.number().int().openapi({ description: "Of each part but the last, in bytes." }),
  part_count: z.number().int(),
  parts: z.array(z.object({ part: z.number().int(), size: z.number().int() })).openapi({ description: "Those that are there." }),
}).openapi("UploadState");

export const UploadView = UploadReceipt.extend({
  response_id: z.string().nullable(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
}).openapi("Upload");

export function toReceipt(row: Upload): z.infer<typeof UploadReceipt> {
  return {
    id: row.id,
    form_id: row.formId,
    field: row.field,
    name: row.name,
    type: row.type,
    size: row.size,
    status: row.status,
    scan: row.scan,
    expires_at: row.expiresAt === null ? null : isoTime(row.expiresAt),
  };
}

export function toState({ upload, partSize, partCount, parts }: UploadState): z.infer<typeof UploadStateView> {
  return { ...toReceipt(upload), part_size: partSize, part_count: partCount, parts };
}

export function toView(row: Upload): z.infer<typeof UploadView> {
  return {
    ...toReceipt(row),
    response_id: row.responseId,
    created_by: row.createdBy,
    created_at: isoTime(row.createdAt),
    completed_at: row.completedAt === null ? null : isoTime(row.completedAt),
  };
}

/** Null when the sender does not say, or sends in chunks. */
export function lengthOf(c: Context<AppEnv>): number | null {
  const given = c.req.header("Content-Length");
  return given !== undefined && /^\d{1,15}$/.test(given) && c.req.header("Transfer-Encoding") === undefined ? Number(given) : null;
}

export const visitorOf = (c: Context<AppEnv>) => ({ origin: c.req.header("Origin") ?? null });
