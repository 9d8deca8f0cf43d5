// pure, and also in the browser. What an expression may name when it is about a form: its fields, as they are seen from where one
// stands, and what every response has.
import { ANY, BOOLEAN, DATE, DATETIME, listOf, NUMBER, objectOf, type Scope, TEXT, TIME, type Type } from "../../expressions";
import type { FormSchema, Option } from "../definition/types";
import { type FieldInfo, indexForm, own } from "../fields";

export type CalculatedTypes = ReadonlyMap<string, Type>;

const ADDRESS = objectOf({ line1: TEXT, line2: TEXT, city: TEXT, region: TEXT, postal_code: TEXT, country: TEXT });
const RANGE = objectOf({ start: DATE, end: DATE });

/** Null for what holds no answer. */
function typeOfField(info: FieldInfo, calculated: CalculatedTypes): Type | null {
  const { type, name, options, rows } = info.field;
  switch (type) {
    case "short_text":
    case "long_text":
    case "email":
    case "phone":
    case "url":
    case "hidden":
    case "signature":
      return TEXT;
    case "number":
    case "slider":
    case "currency":
    case "rating":
    case "nps":
      return NUMBER;
    case "date":
      return DATE;
    case "time":
      return TIME;
    case "datetime":
      return DATETIME;
    case "date_range":
      return RANGE;
    case "select":
    case "radio":
      return choiceOf(options);
    case "multi_select":
    case "checkboxes":
    case "ranking":
      return listOf(choiceOf(options));
    case "yes_no":
    case "consent":
      return BOOLEAN;
    case "matrix":
      return objectOf(new Map((rows ?? []).map(({ value }) => [value, choiceOf(options)])));
    case "file":
      return listOf(ANY);
    case "address":
      return ADDRESS;
    case "group":
      return groupOf(info, calculated);
    case "repeat":
      return listOf(groupOf(info, calculated));
    case "calculated":
      return calculated.get(name) ?? ANY;
    case "heading":
    case "rich_text":
    case "image":
    case "page_break":
      return null;
  }
}

/**
 * Every field by its name alone, at whatever depth: one value where it stands in the same repetition as the one who asks, the
 * values of all repetitions where it does not. `data` holds the answers as they are stored.
 */
export function fieldScope(schema: FormSchema, from: FieldInfo | null, calculated: CalculatedTypes): Map<string, Type> {
  const form = indexForm(schema);
  const members = new Map<string, Type>();
  const top = new Map<string, Type>();
  for (const info of form.fields) {
    const type = typeOfField(info, calculated);
    if (type !== null) top.set(info.field.name, type);
  }
  members.set("data", objectOf(top));
  members.set("submitted_at", DATETIME);
  for (const [name, info] of form.anyNamed) {
    const type = typeOfField(info, calculated);
    if (type !== null) members.set(name, isShared(info, from) ? type : listOf(type.kind === "list" ? type.of : type));
  }
  return members;
}

/** What every response has besides its answers; the bare names give way to fields of the same name. */
const RESPONSE = new Map<string, Type>([
  ["id", TEXT],
  ["status", TEXT],
  ["submitted_at", DATETIME],
  ["started_at", DATETIME],
  ["updated_at", DATETIME],
  ["form_id", TEXT],
  ["form_version", NUMBER],
  ["seq", NUMBER],
  ["duration_seconds", NUMBER],
  ["meta", objectOf({ country: TEXT, device: TEXT, referrer: TEXT }, true)],
]);

/** For a row of a list, an export, a message: the fields of every version given, the newest of each name last. */
export function responseScope(schemas: readonly FormSchema[], calculatedOf: (schema: FormSchema) => CalculatedTypes): Scope {
  const members = new Map<string, Type>([...RESPONSE, ["response", objectOf(RESPONSE)]]);
  const data = new Map<string, Type>();
  for (const schema of schemas) {
    for (const [name, type] of fieldScope(schema, null, calculatedOf(schema))) {
      if (name === "data" && type.kind === "object") for (const [field, of] of type.members) data.set(field, of);
      else if (name !== "submitted_at" || !members.has(name)) members.set(name, type);
    }
  }
  members.set("data", objectOf(data));
  return objectOf(members);
}

export interface ResponseFacts {
  id: string;
  formId: string;
  formVersion: number;
  status: string;
  seq: number;
  submittedAt: number;
  startedAt: number | null;
  updatedAt: number;
  deletedAt?: number | null;
  durationMs: number | null;
  meta: Record<string, unknown>;
  data: Record<string, unknown>;
}

/** The values that `responseScope` promises, of one response. `schema`: the version that was answered, if it is at hand. */
export function responseValues(row: ResponseFacts, schema?: FormSchema): Record<string, unknown> {
  const response = {
    id: row.id,
    status: row.deletedAt === null || row.deletedAt === undefined ? row.status : "deleted",
    submitted_at: iso(row.submittedAt),
    started_at: iso(row.startedAt),
    updated_at: iso(row.updatedAt),
    form_id: row.formId,
    form_version: row.formVersion,
    seq: row.seq,
    duration_seconds: row.durationMs === null ? null : row.durationMs / 1_000,
    meta: row.meta,
  };
  const nested = schema === undefined ? [] : nestedIn(schema);
  const values: Record<string, unknown> = { ...response, response, ...row.data, data: row.data };
  for (const { name, path, many } of nested) {
    const found = valuesAt(row.data, path);
    values[name] = many ? found.flat() : found[0];
  }
  return values;
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

interface Nested {
  name: string;
  path: readonly string[];
  many: boolean;
}

const nestedOf = new WeakMap<FormSchema, Nested[]>();

/** Fields that a bare name reaches though they stand inside a group. */
function nestedIn(schema: FormSchema): Nested[] {
  const before = nestedOf.get(schema);
  if (before !== undefined) return before;
  const found: Nested[] = [];
  for (const [name, info] of indexForm(schema).anyNamed) {
    if (info.parent !== null) found.push({ name, path: pathOf(info), many: info.repeats.length > 0 });
  }
  nestedOf.set(schema, found);
  return found;
}

function pathOf(info: FieldInfo): string[] {
  return info.parent === null ? [info.field.name] : [...pathOf(info.parent), info.field.name];
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  if (name === undefined) return [value];
  const member = own(value, name);
  if (member === undefined || member === null) return [];
  return rest.length === 0 ? [member] : valuesAt(member, rest);
}

function groupOf(info: FieldInfo, calculated: CalculatedTypes): Type {
  const members = new Map<string, Type>();
  for (const child of info.children) {
    const type = typeOfField(child, calculated);
    if (type !== null) members.set(child.field.name, type);
  }
  return objectOf(members);
}

function choiceOf(options: readonly Option[] | undefined): Type {
  return { kind: "text", labels: new Map((options ?? []).map(({ value, label }) => [value, label.trim() || value])) };
}

/** Whether every repeating group around the field is around the one who asks, too. */
function isShared({ repeats }: FieldInfo, from: FieldInfo | null): boolean {
  const around = from === null ? [] : from.repeats;
  return repeats.every((repeat, at) => around[at] === repeat);
}
