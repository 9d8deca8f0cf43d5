// A form as reading its answers needs it: that it is this workspace's, and which fields it ever had.
import { describeAnswers, type FieldDescription, type FormSchema, getForm, getPublishedInAnyState, listSchemas } from "../forms";
import type { ServiceContext } from "../shared/context";

export interface ReadableForm {
  formId: string;
  /** As published; undefined while it never was. */
  settings: FormSchema["settings"] | undefined;
  /** Of every version, the newest description of each. */
  fields(): Promise<FieldDescription[]>;
}

export async function loadFormForReading(ctx: ServiceContext, formId: string): Promise<ReadableForm> {
  const form = await getForm(ctx, formId);
  const published = form.version === 0 ? null : await getPublishedInAnyState(ctx, form.id);
  return {
    formId: form.id,
    settings: published?.schema.settings,
    fields: async () => {
      const found = new Map<string, FieldDescription>();
      for (const schema of await listSchemas(ctx, form.id)) for (const field of describeAnswers(schema)) found.set(field.path, field);
      return [...found.values()];
    },
  };
}
