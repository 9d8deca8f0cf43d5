// What a question may name, and what counters hold of it. From every version: an answer to an old one is still an answer.
import { cached } from "../../cache";
import { describeFields, type FieldDescription, type FieldType, listSchemas } from "../../forms";
import type { WorkspaceContext } from "../../shared/context";
import { fieldsOf } from "../form";
import type { CountedField } from "./plan";

export interface KnownFields {
  fields: readonly FieldDescription[];
  /** By path: what counters and roll-ups can be asked instead of the answers. */
  counted: ReadonlyMap<string, CountedField>;
}

const KEPT_SECONDS = 3_600;
// A counter's name is cut at this length; see cellsOf.
const MAX_VALUE_LENGTH = 299;

const CHOICES: ReadonlySet<FieldType> = new Set(["select", "radio", "yes_no", "consent", "rating", "nps"]);
const MULTIPLE: ReadonlySet<FieldType> = new Set(["multi_select", "checkboxes", "ranking"]);
// Not calculated ones: what they make may be a text, which is counted as an answer but is no number.
const NUMBERS: ReadonlySet<FieldType> = new Set(["number", "slider", "currency", "rating", "nps"]);

export async function knownFields(ctx: WorkspaceContext, formId: string): Promise<KnownFields> {
  const [fields, { value: changed }] = await Promise.all([
    fieldsOf(ctx, formId),
    cached(
      ctx,
      { key: `changed-fields:${ctx.workspaceId}:${formId}`, tags: [`form:${formId}`], ttlSeconds: KEPT_SECONDS, staleSeconds: 0 },
      async () => changedFields((await listSchemas(ctx, formId)).map(describeFields)),
    ),
  ]);
  return { fields, counted: countedFields(fields, new Set(changed)) };
}

/** Those that one version asked in another way: their answers were counted in another way too. */
export function changedFields(versions: readonly (readonly FieldDescription[])[]): string[] {
  const types = new Map<string, string>();
  const changed = new Set<string>();
  for (const field of versions.flat()) {
    const type = `${field.type} ${field.repeated}`;
    if ((types.get(field.path) ?? type) !== type) changed.add(field.path);
    types.set(field.path, type);
  }
  return [...changed];
}

export function countedFields(fields: readonly FieldDescription[], changed: ReadonlySet<string>): Map<string, CountedField> {
  const counted = new Map<string, CountedField>();
  for (const field of fields) {
    if (field.repeated || changed.has(field.path)) continue;
    const values = isCountable(field);
    if (field.type === "matrix") {
      for (const row of field.rows ?? []) counted.set(`${field.path}.${row.value}`, { values, numbers: false, multiple: false });
    }
    const multiple = MULTIPLE.has(field.type);
    counted.set(field.path, {
      values: values && (multiple || CHOICES.has(field.type)),
      numbers: NUMBERS.has(field.type),
      multiple: multiple || field.type === "matrix" || field.type === "address" || field.type === "date_range" || field.type === "file",
    });
  }
  return counted;
}

/** The empty value would be taken for "answered at all". */
function isCountable({ options }: FieldDescription): boolean {
  return (options ?? []).every(({ value }) => value !== "" && value.length <= MAX_VALUE_LENGTH);
}
