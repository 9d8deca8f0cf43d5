// What an export is asked for, as it is kept in its row: parsed at the door, and again by the job.
import { z } from "zod";

export const EXPORT_FORMATS = ["csv", "xlsx", "json", "jsonl", "pdf", "docx", "tex"] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

const MAX_FIELDS = 1_000;
const Name = z.string().min(1).max(300);

export const ExportOptions = z
  .object({
    /** Documents: a first page with the facts. */
    cover: z.boolean().optional(),
    summary: z.boolean().optional(),
    charts: z.boolean().optional(),
    per_response: z.boolean().optional(),
    branding: z.union([z.boolean(), z.record(z.string().max(64), z.unknown())]).optional(),
    title: z.string().max(200).optional(),
    timezone: z.string().max(64).optional(),
    /** That the questions and choices are worded in; one of the form's `languages`, its own words unless told. */
    language: z.string().min(1).max(35).optional(),
    /** What heads a column; `label` unless told. JSON always has names. */
    headers: z.enum(["label", "name"]).optional(),
    choices: z.enum(["value", "label"]).optional(),
    /** Tables: repeating groups as lists in one cell, or as a line for each turn. XLSX has sheets for them besides. */
    repeats: z.enum(["joined", "rows"]).optional(),
    /** CSV: a byte order mark, which Excel needs to read UTF-8. */
    bom: z.boolean().optional(),
    delimiter: z.enum([",", ";", "\t"]).optional(),
    /** CSV: an apostrophe before what a spreadsheet would take for a formula; true unless told. */
    formula_guard: z.boolean().optional(),
    paper: z.enum(["a4", "letter"]).optional(),
    /** Documents: one of ours by name, or one of the workspace's by id. */
    template: z.string().max(100).optional(),
    /** The same, by id. */
    template_id: z.string().max(64).optional(),
  })
  .strict();
export type ExportOptions = z.infer<typeof ExportOptions>;

export const CalculatedFieldInput = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "Use a lower-case letter, then lower-case letters, digits and underscores, 64 at most."),
  label: z.string().max(300).optional(),
  expression: z.string().max(4_000),
});

export const TableRequest = z.object({
  form_id: z.string().min(1).max(64),
  fields: z.array(Name).min(1).max(MAX_FIELDS).optional(),
  filter: z.record(z.string(), z.unknown()).optional(),
  calculated_fields: z.array(CalculatedFieldInput).max(50).optional(),
  sort: z
    .union([
      z.enum(["submitted_at", "-submitted_at"]),
      z.object({ field: z.literal("submitted_at"), desc: z.boolean().optional() }).strict(),
    ])
    .optional(),
  options: ExportOptions.optional(),
});
export type TableRequest = z.infer<typeof TableRequest>;

/** Many files at once: one for each value of a field, or for each response. */
export const BatchRequest = z.object({
  by: z.string().min(1).max(300),
  combine: z.enum(["zip", "merge"]).optional(),
});
export type BatchRequest = z.infer<typeof BatchRequest>;

export const ExportRequest = TableRequest.extend({ format: z.enum(EXPORT_FORMATS), batch: BatchRequest.optional() });
export type ExportRequest = z.infer<typeof ExportRequest>;
