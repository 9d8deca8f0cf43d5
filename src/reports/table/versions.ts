// pure. What all versions of a form asked for together. `schemas` are the published ones, oldest first.
import { describeFields, type FieldDescription, type FormSchema, type Option } from "../../forms";

/** Every field as its newest version describes it; the newest version's first and in its order, then those it dropped. */
export function fieldsOfVersions(schemas: readonly FormSchema[]): FieldDescription[] {
  const found = new Map<string, FieldDescription>();
  for (const schema of [...schemas].reverse()) {
    for (const field of describeFields(schema)) {
      const newer = found.get(field.path);
      found.set(field.path, newer === undefined ? field : withOlderOptions(newer, field));
    }
  }
  return [...found.values()];
}

/** An answer to an option or a row that a later version dropped still has its label. */
export function withOlderOptions<Described extends FieldDescription>(newer: Described, older: FieldDescription): Described {
  return { ...newer, options: withOlder(newer.options, older.options), rows: withOlder(newer.rows, older.rows) };
}

function withOlder(newer: Option[] | undefined, older: Option[] | undefined): Option[] | undefined {
  if (newer === undefined || older === undefined) return newer ?? older;
  const offered = new Set(newer.map(({ value }) => value));
  return [...newer, ...older.filter(({ value }) => !offered.has(value))];
}
