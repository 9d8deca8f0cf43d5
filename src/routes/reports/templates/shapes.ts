import { z } from "@hono/zod-openapi";
import { BaseTemplate, type ReportTemplate, TemplateSettings } from "../../../reports";
import { isoTime } from "../../wire";

export const TemplateIdParam = z.object({ id: z.string().min(1).max(64).openapi({ example: "rpt_01jd3x0000abcdefghjkmnpqrs" }) });

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .transform((name) => name.toWellFormed());

export const CreateBody = z
  .object({
    kind: z.enum(["pdf", "docx"]).default("pdf"),
    name: Name,
    extends: BaseTemplate.optional().openapi({ description: "Of ours, the one it begins with." }),
    settings: TemplateSettings.optional(),
    is_default: z.boolean().optional().openapi({ description: "For exports of its kind that name no template." }),
  })
  .strict();

const Changes = z
  .object(Object.fromEntries(Object.entries(TemplateSettings.shape).map(([name, schema]) => [name, schema.nullable()])))
  .strict() as unknown as z.ZodType<{ [K in keyof TemplateSettings]: TemplateSettings[K] | null }>;

export const UpdateBody = z
  .object({
    name: Name.optional(),
    extends: BaseTemplate.optional(),
    settings: Changes.optional().openapi({ description: "Laid over those that are there; null takes one away." }),
    is_default: z.boolean().optional(),
  })
  .strict();

export const PreviewBody = z
  .object({
    template_id: z.string().min(1).max(64).optional(),
    extends: BaseTemplate.optional(),
    settings: TemplateSettings.optional(),
    form_id: z.string().min(1).max(64).optional().openapi({ description: "Its newest answers are shown; made-up ones without it." }),
  })
  .strict();

export const TemplateView = z
  .object({
    id: z.string(),
    kind: z.enum(["pdf", "docx"]),
    name: z.string(),
    extends: BaseTemplate.nullable(),
    settings: z.record(z.string(), z.unknown()),
    is_default: z.boolean(),
    file_size: z.number().int().nullable().openapi({ description: "Of a Word template; null while none has been uploaded." }),
    tags: z.array(z.string()).openapi({ description: "What the uploaded document asks for." }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("ReportTemplate");

export function toView(template: ReportTemplate): z.infer<typeof TemplateView> {
  const { id, kind, name, base, settings, isDefault, fileSize, tags, createdAt, updatedAt } = template;
  return {
    id,
    kind,
    name,
    extends: base,
    settings: settings as Record<string, unknown>,
    is_default: isDefault,
    file_size: fileSize,
    tags: [...tags],
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
  };
}
