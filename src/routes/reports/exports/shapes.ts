import { z } from "@hono/zod-openapi";
import { BatchRequest, EXPORT_FORMATS, type ExportView, TableRequest } from "../../../reports";
import { isoTime } from "../../wire";

export const ExportIdParam = z.object({ id: z.string().min(1).max(64) });

export const ExportBody = TableRequest.extend({ format: z.enum(EXPORT_FORMATS) }).openapi("ExportRequest");
export const BatchBody = TableRequest.extend({ format: z.enum(EXPORT_FORMATS), ...BatchRequest.shape }).openapi("ExportBatchRequest");
export const PreviewBody = TableRequest.extend({ format: z.enum(EXPORT_FORMATS).optional() }).openapi("ExportPreviewRequest");

export const EXAMPLE = {
  form_id: "frm_01jd3x0000abcdefghjkmnpqrs",
  format: "csv",
  fields: ["submitted_at", "score"],
  filter: { score: { $gte: 9 } },
  calculated_fields: [{ name: "doubled", label: "Doubled", expression: "{{score}} * 2" }],
  sort: "submitted_at",
  options: { timezone: "Europe/Berlin" },
};

export const ExportViewSchema = z
  .object({
    id: z.string(),
    form_id: z.string(),
    job_id: z.string(),
    format: z.enum(EXPORT_FORMATS),
    status: z.enum(["queued", "running", "done", "failed", "cancelled", "expired"]),
    progress: z.number().min(0).max(1),
    rows: z.number().int().nullable(),
    size: z.number().int().nullable().openapi({ description: "Bytes." }),
    position: z.string().openapi({ description: "The ledger position that everything in the file is of." }),
    file_name: z.string().nullable(),
    download_url: z.string().nullable().openapi({ description: "Needs no other credential, and answers 410 once it has expired." }),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    expires_at: z.iso.datetime().nullable(),
    error: z.string().nullable(),
  })
  .openapi("Export");

export function toExportView(view: ExportView): z.infer<typeof ExportViewSchema> {
  const time = (at: number | null) => (at === null ? null : isoTime(at));
  return {
    id: view.id,
    form_id: view.formId,
    job_id: view.jobId,
    format: view.format as z.infer<typeof ExportViewSchema>["format"],
    status: view.status,
    progress: view.progress,
    rows: view.rows,
    size: view.size,
    position: view.position,
    file_name: view.fileName,
    download_url: view.downloadUrl,
    created_at: isoTime(view.createdAt),
    finished_at: time(view.finishedAt),
    expires_at: time(view.expiresAt),
    error: view.error,
  };
}
