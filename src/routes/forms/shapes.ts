// The shapes of forms on the wire, and what turns the domain's into them.
import { z } from "@hono/zod-openapi";
import { type Form, FormSchemaInput, type FormVersion, type FormVersionSummary, SLUG_PATTERN } from "../../forms";
import { plainText } from "../../shared/text";
import { isoTime } from "../wire";

export const Title = plainText(200).min(1).openapi({ example: "Customer feedback" });
export const Slug = z
  .string()
  .regex(SLUG_PATTERN, "Use lower-case letters, digits and hyphens, 64 characters at most.")
  .openapi({ example: "customer-feedback" });
export const Description = plainText(2_000).nullable();

export const FormIdParam = z.object({ id: z.string().min(1).max(64).openapi({ example: "frm_01jd3x0000abcdefghjkmnpqrs" }) });
export const VersionParams = FormIdParam.extend({
  n: z.coerce.number().int().min(1).max(1_000_000).openapi({ type: "integer", example: 1 }),
});

export const FormView = z
  .object({
    id: z.string(),
    workspace_id: z.string(),
    title: z.string(),
    slug: z.string(),
    description: z.string().nullable(),
    status: z.enum(["draft", "published", "closed", "archived"]),
    version: z.number().int().openapi({ description: "The published version; 0 while there is none." }),
    revision: z.number().int().openapi({ description: "Moves with every write; send it as If-Match to notice a concurrent change." }),
    schema: FormSchemaInput,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    published_at: z.iso.datetime().nullable(),
  })
  .openapi("Form");

export const VersionSummaryView = z
  .object({
    form_id: z.string(),
    version: z.number().int(),
    title: z.string(),
    description: z.string().nullable(),
    published_by: z.string(),
    published_at: z.iso.datetime(),
  })
  .openapi("FormVersionSummary");

export const VersionView = VersionSummaryView.extend({ schema: FormSchemaInput }).openapi("FormVersion");

export function toFormView(form: Form): z.infer<typeof FormView> {
  return {
    id: form.id,
    workspace_id: form.workspaceId,
    title: form.title,
    slug: form.slug,
    description: form.description,
    status: form.status,
    version: form.version,
    revision: form.revision,
    schema: form.schema,
    created_at: isoTime(form.createdAt),
    updated_at: isoTime(form.updatedAt),
    published_at: isoTime(form.publishedAt),
  };
}

export function toVersionSummaryView(version: FormVersionSummary): z.infer<typeof VersionSummaryView> {
  return {
    form_id: version.formId,
    version: version.version,
    title: version.title,
    description: version.description,
    published_by: version.publishedBy,
    published_at: isoTime(version.publishedAt),
  };
}

export function toVersionView(version: FormVersion): z.infer<typeof VersionView> {
  return { ...toVersionSummaryView(version), schema: version.schema };
}
