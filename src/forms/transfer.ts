// A form as a file: what leaves one workspace can enter another, here or on another installation.
import { assertCan, type ServiceContext } from "../shared/context";
import { createForm } from "./create";
import type { FormSchema } from "./definition";
import { type Form, loadFormRow, toForm } from "./internal";

export const FILE_FORMAT = "headwater-form";
export const FILE_VERSION = 1;

export interface FormFile {
  format: typeof FILE_FORMAT;
  format_version: typeof FILE_VERSION;
  title: string;
  description: string | null;
  schema: FormSchema;
}

export async function exportForm(ctx: ServiceContext, formId: string): Promise<{ file: FormFile; fileName: string }> {
  assertCan(ctx, "read");
  const { title, description, schema, slug } = toForm(await loadFormRow(ctx, formId));
  return { file: { format: FILE_FORMAT, format_version: FILE_VERSION, title, description, schema }, fileName: `${slug}.form.json` };
}

/** The file went through the same schema as a form made by hand; it always arrives as a draft. */
export async function importForm(ctx: ServiceContext, file: FormFile): Promise<Form> {
  const { title, description, schema } = file;
  return createForm(ctx, { title, description, schema }, "form.imported");
}
