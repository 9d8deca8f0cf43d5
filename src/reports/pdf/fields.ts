// pure. The questions of a report: every field that any version asked for, in the newest version's order, called by its full name.
import { describeFields, type Field, type FieldDescription, type FormSchema, listPages } from "../../forms";
import { withOlderOptions } from "../table/versions";
import { scaleEnd } from "./answers";
import type { DescribedField } from "./sections";

const RATING_STEPS = 5;

/** `schemas`: every published version, oldest first. */
export function questionsOf(schemas: readonly FormSchema[]): DescribedField[] {
  const found = new Map<string, DescribedField>();
  for (const schema of [...schemas].reverse()) {
    const titles = new Map(listPages(schema).map(({ name, title }) => [name, title]));
    const whole = new Map(walk(schema.fields, "", ""));
    for (const described of describeFields(schema)) {
      const newer = found.get(described.path);
      if (newer !== undefined) {
        found.set(described.path, withOlderOptions(newer, described));
        continue;
      }
      const own = whole.get(described.path);
      found.set(described.path, {
        ...described,
        label: own?.label ?? described.label,
        part: titles.get(described.page) ?? "",
        currency: own?.field.currency,
        scaleEnd: scaleEnd(own?.field ?? {}, RATING_STEPS),
      });
    }
  }
  return [...found.values()].filter(({ type }) => type !== "hidden");
}

function walk(fields: readonly Field[], prefix: string, above: string): [string, { field: Field; label: string }][] {
  return fields.flatMap((field) => {
    const label = above === "" ? field.label : `${above} · ${field.label}`;
    return [
      [prefix + field.name, { field, label }] as [string, { field: Field; label: string }],
      ...walk(field.fields ?? [], `${prefix}${field.name}.`, label),
    ];
  });
}

/** What a calculated column is to the summary: a question whose answers we worked out. */
export function calculatedQuestion(key: string, label: string): DescribedField {
  return { name: key, path: key, type: "calculated", label, required: false, repeated: false, page: "", part: "", scaleEnd: RATING_STEPS };
}

export type { FieldDescription };
