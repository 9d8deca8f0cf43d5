// pure, and also in the browser. A form in other languages than its own: `languages` says for each what its questions are called there.
// Whatever a language leaves out stays in the form's own words.
import type { Field, FormSchema, Option, Page } from "./types";

/** `{"de": {"fields": {"score": {"label": "…", "options": {"it": "…"}, "rows": {…}}}, "pages": {"first": {"title": "…"}}}}` */
export interface Translation {
  /** By the names of fields, which are unique in the whole form. */
  fields?: Record<string, FieldWords>;
  pages?: Record<string, Pick<Page, "title" | "description">>;
}

export interface FieldWords {
  label?: string;
  description?: string;
  placeholder?: string;
  /** By the values of options, and of a matrix's rows. */
  options?: Record<string, string>;
  rows?: Record<string, string>;
}

/** That the form is there in, as it names them. A list names languages alone. */
export function languagesOf({ languages }: FormSchema): string[] {
  if (languages === undefined) return [];
  return Array.isArray(languages) ? languages : Object.keys(languages);
}

/** The name by which the form knows a language: `de-at` finds `de-AT`. */
export function languageNamed(schema: FormSchema, language: string): string | null {
  return languagesOf(schema).find((known) => known.toLowerCase() === language.toLowerCase()) ?? null;
}

/** The same form, worded in that language as far as it says how. */
export function inLanguage(schema: FormSchema, language: string): FormSchema {
  const name = languageNamed(schema, language);
  if (name === null || Array.isArray(schema.languages)) return schema;
  const translation = part(schema.languages, name);
  const ofPages = part(translation, "pages");
  return {
    ...schema,
    fields: schema.fields.map((field) => translated(field, part(translation, "fields"))),
    ...(schema.pages === undefined
      ? {}
      : { pages: schema.pages.map((page) => ({ ...page, ...words(part(ofPages, page.name), ["title", "description"]) })) }),
  };
}

function translated(field: Field, ofFields: Loose): Field {
  const own = part(ofFields, field.name);
  return {
    ...field,
    ...words(own, ["label", "description", "placeholder"]),
    ...(field.options === undefined ? {} : { options: named(field.options, part(own, "options")) }),
    ...(field.rows === undefined ? {} : { rows: named(field.rows, part(own, "rows")) }),
    ...(field.fields === undefined ? {} : { fields: field.fields.map((inner) => translated(inner, ofFields)) }),
  };
}

function named(options: readonly Option[], labels: Loose): Option[] {
  return options.map(({ value, label }) => ({ value, label: text(labels, value) ?? label }));
}

// What stands in `languages` may be any JSON: what is not of the shape above says nothing.
type Loose = Readonly<Record<string, unknown>>;
const NOTHING: Loose = {};

function part(of: Loose | undefined, name: string): Loose {
  const value = of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Loose) : NOTHING;
}

function text(of: Loose, name: string): string | undefined {
  const value = Object.hasOwn(of, name) ? of[name] : undefined;
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function words<Name extends string>(of: Loose, names: readonly Name[]): Partial<Record<Name, string>> {
  const found = names.flatMap((name) => {
    const value = text(of, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found) as Partial<Record<Name, string>>;
}
