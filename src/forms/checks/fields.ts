// pure. What is wrong with the fields themselves: names, options, limits, patterns.
import { type Field, type FormSchema, type Issue, NAME_PATTERN } from "../definition/types";

export function checkFields(schema: FormSchema): Issue[] {
  const issues: Issue[] = [];
  const seen = new Map<string, string>();
  const visit = (fields: readonly Field[], prefix: string) => {
    fields.forEach((field, index) => {
      const path = `${prefix}.${index}`;
      if (!NAME_PATTERN.test(field.name))
        issues.push({ path: `${path}.name`, code: "bad_name", message: `“${field.name}” cannot be a field name.` });
      const before = seen.get(field.name);
      if (before !== undefined)
        issues.push({ path: `${path}.name`, code: "duplicate_name", message: `“${field.name}” is already the name of ${before}.` });
      seen.set(field.name, path);
      if (field.fields !== undefined) visit(field.fields, `${path}.fields`);
    });
  };
  visit(schema.fields, "fields");
  if (seen.size === 0) issues.push({ path: "fields", code: "no_fields", message: "Add at least one field." });
  return issues;
}
