// pure, and also in the browser. A schema as flat lists: for columns, queries, exports, pages.
import { CONTENT_TYPES, type Field, type FieldType, type FormSchema, type Option } from "./types";

export interface FieldDescription {
  name: string;
  /** Dotted, from the answer's root: `home_address`, `people.age`. */
  path: string;
  type: FieldType;
  label: string;
  required: boolean;
  options?: Option[];
  rows?: Option[];
  /** Calculated fields: what comes out of the expression; see `describeAnswers`. */
  holds?: "text" | "number" | "boolean" | "date" | "datetime" | "time";
  /** Inside a repeating group: one response may hold several values. */
  repeated: boolean;
  page: string;
}

export interface PageDescription {
  name: string;
  title: string;
  description?: string;
  /** The top-level fields on it, without the page break that opens it. */
  fields: string[];
}

/** The first page of a form that is cut by page breaks has no break of its own to be named after. */
export const FIRST_PAGE = "first_page";

const CONTENT: ReadonlySet<string> = new Set(CONTENT_TYPES);

export function isAnswerable(type: FieldType): boolean {
  return !CONTENT.has(type);
}

/** Every field that can hold a value; groups and repeats give way to what is in them. */
export function describeFields(schema: FormSchema): FieldDescription[] {
  const pageOf = new Map(listPages(schema).flatMap((page) => page.fields.map((name) => [name, page.name] as const)));
  const found: FieldDescription[] = [];
  const visit = (fields: readonly Field[], prefix: string, repeated: boolean, page: string | undefined) => {
    for (const field of fields) {
      const path = prefix + field.name;
      const ownPage = page ?? pageOf.get(field.name) ?? FIRST_PAGE;
      if (field.type === "group" || field.type === "repeat") {
        visit(field.fields ?? [], `${path}.`, repeated || field.type === "repeat", ownPage);
      } else if (isAnswerable(field.type)) {
        const { name, type, label, options, rows } = field;
        found.push({ name, path, type, label, required: field.required === true, options, rows, repeated, page: ownPage });
      }
    }
  };
  visit(schema.fields, "", false, undefined);
  return found;
}

export function listPages(schema: FormSchema): PageDescription[] {
  if (schema.pages !== undefined && schema.pages.length > 0) {
    const listed = new Set(schema.pages.flatMap((page) => page.fields));
    // A field that no page lists is still asked, at the end: a draft in progress must not lose it.
    const rest = schema.fields.filter((field) => !listed.has(field.name)).map((field) => field.name);
    return schema.pages.map((page, index, all) => ({
      name: page.name,
      title: page.title ?? "",
      description: page.description,
      fields: index === all.length - 1 ? [...page.fields, ...rest] : page.fields,
    }));
  }
  const pages: PageDescription[] = [{ name: FIRST_PAGE, title: "", fields: [] }];
  for (const field of schema.fields) {
    if (field.type === "page_break") {
      pages.push({ name: field.name, title: field.label, description: field.description, fields: [] });
    } else pages.at(-1)?.fields.push(field.name);
  }
  const [first, ...others] = pages;
  // A break at the very top names the first page instead of leaving an empty one before it.
  return first !== undefined && first.fields.length === 0 && others.length > 0 ? others : pages;
}
