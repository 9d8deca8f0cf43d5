// pure. What the tags of a Word template may say, at each level of its loops.
import { ANY, objectOf, type Scope } from "../../expressions";
import { type Field, type FormSchema, isAnswerable } from "../../forms";

/** Names, and for those that are loops what may be said within them. */
export interface Level {
  names: ReadonlyMap<string, Level | null>;
  /** A form is not known: any field's name may be meant. */
  open: boolean;
}

const level = (names: Readonly<Record<string, Level | null>>, open = false): Level => ({ names: new Map(Object.entries(names)), open });

const REPORT_NAMES = ["title", "form", "workspace", "date", "position", "count"] as const;
const RESPONSE_NAMES = ["number", "id", "submitted_at", "status", "seconds"] as const;

const plain = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));

/** `schemas`: every version, oldest first; empty while no form is known. */
export function vocabularyOf(schemas: readonly FormSchema[]): Level {
  const fields: Record<string, Level | null> = {};
  for (const schema of schemas) Object.assign(fields, fieldNames(schema.fields));
  const choices = level(plain(["label", "count", "share"]));
  return level({
    ...plain(REPORT_NAMES),
    responses: level({ ...fields, ...plain(RESPONSE_NAMES), answers: level(plain(["label", "text"])) }, schemas.length === 0),
    questions: level({ ...plain(["label", "answered", "skipped", "average"]), choices }),
  });
}

const ADDRESS = ["line1", "line2", "city", "region", "postal_code", "country"];

function fieldNames(fields: readonly Field[]): Record<string, Level | null> {
  const names: Record<string, Level | null> = {};
  for (const field of fields) {
    if (!isAnswerable(field.type)) continue;
    names[field.name] = field.type === "repeat" ? level(fieldNames(field.fields ?? [])) : null;
    const inner =
      field.type === "group"
        ? Object.keys(fieldNames(field.fields ?? []))
        : field.type === "address"
          ? ADDRESS
          : field.type === "date_range"
            ? ["start", "end"]
            : field.type === "matrix"
              ? (field.rows ?? []).map(({ value }) => value)
              : [];
    for (const part of inner) names[`${field.name}.${part}`] = null;
  }
  return names;
}

/** For tags that work something out: every name of the levels around them, whatever its kind. */
export function scopeOf(levels: readonly Level[], form: Scope | null): Scope {
  const members = new Map(form?.members ?? []);
  for (const { names } of levels) for (const name of names.keys()) if (!name.includes(".") && !members.has(name)) members.set(name, ANY);
  return objectOf(members, form === null || form.open);
}
