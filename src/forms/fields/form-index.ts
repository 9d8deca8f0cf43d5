// pure. A schema with everything worked out that does not depend on an answer.
import { listPages } from "../definition/describe";
import type { Field, FieldType, FormSchema, Option } from "../definition/types";
import { readAddress } from "./address";
import { readChoice, readChoices, readFiles, readMatrix, readSignature } from "./choices";
import { readBoolean, readNumber } from "./numbers";
import { matcher } from "./patterns";
import type { ReadableField, Reader } from "./read";
import { readEmail, readPhone, readText, readUrl } from "./text";
import { readDate, readDateRange, readDatetime, readTime } from "./times";

export interface FieldInfo extends ReadableField {
  /** Null for what a respondent cannot answer as one value: containers, calculated fields, content. */
  read: Reader | null;
  parent: FieldInfo | null;
  /** The repeating groups around it, outermost first. */
  repeats: readonly FieldInfo[];
  page: number;
  children: readonly FieldInfo[];
  childNamed: ReadonlyMap<string, FieldInfo>;
}

export interface FormIndex {
  fields: readonly FieldInfo[];
  fieldNamed: ReadonlyMap<string, FieldInfo>;
  /** Every field at any depth; the first of a name where a draft has two. */
  anyNamed: ReadonlyMap<string, FieldInfo>;
  pages: readonly { name: string; fields: readonly FieldInfo[] }[];
  pageNamed: ReadonlyMap<string, number>;
}

const READERS: Partial<Record<FieldType, Reader>> = {
  short_text: readText,
  long_text: readText,
  hidden: readText,
  email: readEmail,
  phone: readPhone,
  url: readUrl,
  number: readNumber,
  slider: readNumber,
  currency: readNumber,
  rating: readNumber,
  nps: readNumber,
  date: readDate,
  time: readTime,
  datetime: readDatetime,
  date_range: readDateRange,
  select: readChoice,
  radio: readChoice,
  multi_select: readChoices,
  checkboxes: readChoices,
  ranking: readChoices,
  yes_no: readBoolean,
  consent: readBoolean,
  matrix: readMatrix,
  file: readFiles,
  signature: readSignature,
  address: readAddress,
};

const MAX_DEPTH = 10;
const known = new WeakMap<FormSchema, FormIndex>();

/** Kept per schema object, which nobody changes once it is in use. */
export function indexForm(schema: FormSchema): FormIndex {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const index = buildIndex(schema);
  known.set(schema, index);
  return index;
}

function buildIndex(schema: FormSchema): FormIndex {
  const pages = listPages(schema);
  const pageOf = new Map<string, number>();
  pages.forEach((page, at) => {
    for (const name of page.fields) if (!pageOf.has(name)) pageOf.set(name, at);
  });
  const anyNamed = new Map<string, FieldInfo>();

  const build = (fields: readonly Field[], parent: FieldInfo | null, depth: number): FieldInfo[] => {
    const names = new Set<string>();
    const built: FieldInfo[] = [];
    for (const field of fields) {
      // A draft may name two fields alike: answers cannot tell them apart, so the first has the name.
      if (names.has(field.name) || field.name === "__proto__") continue;
      names.add(field.name);
      const info = toInfo(field, parent, parent?.page ?? pageOf.get(field.name) ?? 0);
      if (!anyNamed.has(field.name)) anyNamed.set(field.name, info);
      if (isContainer(field.type) && depth < MAX_DEPTH) {
        info.children = build(field.fields ?? [], info, depth + 1);
        info.childNamed = new Map(info.children.map((child) => [child.field.name, child]));
      }
      built.push(info);
    }
    return built;
  };

  const fields = build(schema.fields, null, 1);
  const pageNamed = new Map<string, number>();
  pages.forEach((page, at) => {
    if (!pageNamed.has(page.name)) pageNamed.set(page.name, at);
  });
  return {
    fields,
    fieldNamed: new Map(fields.map((info) => [info.field.name, info])),
    anyNamed,
    pages: pages.map((page, at) => ({ name: page.name, fields: fields.filter((info) => info.page === at) })),
    pageNamed,
  };
}

function toInfo(
  field: Field,
  parent: FieldInfo | null,
  page: number,
): FieldInfo & { children: readonly FieldInfo[]; childNamed: ReadonlyMap<string, FieldInfo> } {
  const around = parent?.repeats ?? [];
  const pattern = field.validation?.pattern;
  return {
    field,
    options: valuesOf(field.options),
    rows: valuesOf(field.rows),
    pattern: pattern === undefined || pattern === "" ? null : (matcher(pattern, "whole") ?? MATCHES_NOTHING),
    read: READERS[field.type] ?? null,
    parent,
    repeats: parent?.field.type === "repeat" ? [...around, parent] : around,
    page,
    children: [],
    childNamed: new Map(),
  };
}

const MATCHES_NOTHING = { maxLength: Number.POSITIVE_INFINITY, test: () => false };

export function isContainer(type: FieldType): boolean {
  return type === "group" || type === "repeat";
}

function valuesOf(options: readonly Option[] | undefined): ReadonlySet<string> {
  return new Set(options?.map((option) => option.value));
}
