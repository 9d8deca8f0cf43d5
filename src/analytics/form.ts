// A form as analytics needs it. Read through the cache: numbers are asked for far more often than forms are published.
import { cached } from "../cache";
import {
  describeAnswers,
  type FieldDescription,
  type FormSchema,
  type FormSettings,
  getForm,
  getPublishedInAnyState,
  listSchemas,
} from "../forms";
import { assertCan, type ServiceContext, type WorkspaceContext } from "../shared/context";
import { NotFoundError } from "../shared/errors";

const FIELDS_KEPT_SECONDS = 3_600;

export interface AnalysedForm {
  formId: string;
  /** As published; undefined while it never was. */
  settings: FormSettings | undefined;
}

/** Throws when the form is unknown or another workspace's: the two must look the same. */
export async function loadAnalysedForm(ctx: ServiceContext, formId: string): Promise<AnalysedForm> {
  assertCan(ctx, "read");
  try {
    const published = await getPublishedInAnyState(ctx, formId);
    if (published.workspaceId !== ctx.workspaceId) throw new NotFoundError("The form");
    return { formId: published.formId, settings: published.schema.settings };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const draft = await getForm(ctx, formId);
    return { formId: draft.id, settings: undefined };
  }
}

export async function assertFormVisible(ctx: ServiceContext, formId: string): Promise<void> {
  await loadAnalysedForm(ctx, formId);
}

/** Every field that any version asked for, each as its newest version describes it. */
export async function fieldsOf(ctx: WorkspaceContext, formId: string): Promise<readonly FieldDescription[]> {
  const { value } = await cached(
    ctx,
    {
      key: `fields:${ctx.workspaceId}:${formId}`,
      tags: [`form:${formId}`],
      ttlSeconds: FIELDS_KEPT_SECONDS,
      staleSeconds: 0,
    },
    async () => {
      const found = new Map<string, FieldDescription>();
      for (const schema of await listSchemas(ctx, formId)) for (const field of withOldOptions(schema, found)) found.set(field.path, field);
      return [...found.values()];
    },
  );
  return value;
}

/** An option that a later version dropped still has its answers; it keeps its label, after those that are offered now. */
function withOldOptions(schema: FormSchema, known: ReadonlyMap<string, FieldDescription>): FieldDescription[] {
  return describeAnswers(schema).map((field) => {
    const older = known.get(field.path)?.options;
    if (older === undefined || field.options === undefined) return field;
    const offered = new Set(field.options.map(({ value }) => value));
    return { ...field, options: [...field.options, ...older.filter(({ value }) => !offered.has(value))] };
  });
}
