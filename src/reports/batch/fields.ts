import { describeFields, type FieldDescription } from "../../forms";
import type { ExportSource } from "../formats/format";

/** Every field that any version asked for, as its newest version describes it. */
export function describeAll(schemas: ExportSource["schemas"]): FieldDescription[] {
  const found = new Map<string, FieldDescription>();
  for (const schema of schemas) for (const field of describeFields(schema)) found.set(field.path, field);
  return [...found.values()];
}
