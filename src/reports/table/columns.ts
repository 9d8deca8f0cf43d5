// pure. The columns of an export: what is known of a response by itself, then a column for each field that any version of the form
// asked for, in the newest version's order, and what an older one had after it. Addresses, ranges and matrices give one for each part.
import type { Field, FieldDescription, FormSchema } from "../../forms";
import type { ResponseRow } from "../../store";
import type { Cell, Scalar } from "./cells";
import { fieldsOfVersions } from "./versions";

export type ColumnType = "text" | "number" | "boolean" | "date" | "moment" | "list" | "any";

export interface Column {
  /** What `fields` names: `id`, `email`, `home.city`, `people.age`, `meta.country`, or a calculated field's name. */
  key: string;
  label: string;
  type: ColumnType;
  /** The repeating group it is in, as a path: its cell is then a list with one item for each turn. */
  repeat: string | null;
  /** The form's own description; null for what is no field. */
  field: FieldDescription | null;
  /** Worked out for this export. */
  calculated: boolean;
  read(row: ResponseRow): Cell;
}

export interface RepeatGroup {
  path: string;
  label: string;
}

export interface FormColumns {
  system: readonly Column[];
  fields: readonly Column[];
  repeats: readonly RepeatGroup[];
}

export type ChoiceWriting = "value" | "label";

const moment = (at: number | null): Scalar => (at === null ? null : { at });

const own = (key: string, label: string, type: ColumnType, read: (row: ResponseRow) => Cell): Column => ({
  key,
  label,
  type,
  repeat: null,
  field: null,
  calculated: false,
  read,
});

const meta = (name: string, label: string): Column =>
  own(`meta.${name}`, label, "text", ({ meta: given }) => (typeof given[name] === "string" ? given[name] : null));

/** The first three stand in every export that does not choose its fields. */
export const SYSTEM_COLUMNS: readonly Column[] = [
  own("id", "Response", "text", ({ id }) => id),
  own("submitted_at", "Submitted at", "moment", ({ submittedAt }) => moment(submittedAt)),
  own("status", "Status", "text", ({ status }) => status),
  own("seq", "Number", "number", ({ seq }) => seq),
  own("form_version", "Form version", "number", ({ formVersion }) => formVersion),
  own("started_at", "Started at", "moment", ({ startedAt }) => moment(startedAt)),
  own("updated_at", "Updated at", "moment", ({ updatedAt }) => moment(updatedAt)),
  own("duration_seconds", "Seconds to complete", "number", ({ durationMs }) => (durationMs === null ? null : durationMs / 1_000)),
  meta("country", "Country"),
  meta("device", "Device"),
  meta("referrer", "Referrer"),
  meta("language", "Language"),
];
export const DEFAULT_SYSTEM_COLUMNS = 3;

const ADDRESS_PARTS = [
  ["line1", "line 1"],
  ["line2", "line 2"],
  ["city", "city"],
  ["region", "region"],
  ["postal_code", "postal code"],
  ["country", "country"],
] as const;

/** `schemas`: every published version, oldest first. */
export function columnsOfForm(schemas: readonly FormSchema[], choices: ChoiceWriting): FormColumns {
  const repeats = new Map<string, RepeatGroup>();
  for (const schema of [...schemas].reverse()) {
    for (const group of repeatsIn(schema.fields, "")) if (!repeats.has(group.path)) repeats.set(group.path, group);
  }
  const fields = fieldsOfVersions(schemas).flatMap((field) => {
    const repeat = field.repeated ? ([...repeats.keys()].find((path) => field.path.startsWith(`${path}.`)) ?? null) : null;
    return columnsOfField(field, repeat, choices);
  });
  return { system: SYSTEM_COLUMNS, fields, repeats: [...repeats.values()] };
}

/** The outermost ones: a group that repeats within a repeating one stays within its turn. */
function repeatsIn(fields: readonly Field[], prefix: string): RepeatGroup[] {
  return fields.flatMap((field) => {
    const path = prefix + field.name;
    if (field.type === "repeat") return [{ path, label: field.label }];
    return field.type === "group" ? repeatsIn(field.fields ?? [], `${path}.`) : [];
  });
}

function columnsOfField(field: FieldDescription, repeat: string | null, choices: ChoiceWriting): Column[] {
  const labels = new Map(choices === "label" ? field.options?.map(({ value, label }) => [value, label]) : []);
  const column = (part: string | null, partLabel: string, type: ColumnType): Column => {
    const path = [...field.path.split("."), ...(part === null ? [] : [part])];
    const scalar = scalarReader(type, labels);
    return {
      key: path.join("."),
      label: part === null ? field.label : `${withStop(field.label)} ${partLabel}`,
      type: repeat === null ? type : "list",
      repeat,
      field,
      calculated: false,
      read: repeat === null ? ({ data }) => scalar(valueAt(data, path)) : ({ data }) => eachTurn(data, repeat.split("."), path, scalar),
    };
  };
  switch (field.type) {
    case "address":
      return ADDRESS_PARTS.map(([part, label]) => column(part, label, "text"));
    case "date_range":
      return [column("start", "start", "date"), column("end", "end", "date")];
    case "matrix":
      return (field.rows ?? []).map(({ value, label }) => column(value, label, "text"));
    default:
      return [column(null, "", typeOf(field))];
  }
}

/** A question that ends with its own sign needs no other. */
function withStop(label: string): string {
  return /[.!?:;…؟。！？：]\s*$/u.test(label) ? label.trimEnd() : `${label}:`;
}

function typeOf({ type }: FieldDescription): ColumnType {
  switch (type) {
    case "number":
    case "slider":
    case "currency":
    case "rating":
    case "nps":
      return "number";
    case "yes_no":
    case "consent":
      return "boolean";
    case "date":
      return "date";
    case "datetime":
      return "moment";
    case "multi_select":
    case "checkboxes":
    case "ranking":
    case "file":
      return "list";
    case "calculated":
      return "any";
    default:
      return "text";
  }
}

function scalarReader(type: ColumnType, labels: ReadonlyMap<string, string>): (value: unknown) => Cell {
  const named = (value: Scalar): Scalar => (typeof value === "string" ? (labels.get(value) ?? value) : value);
  return (value) => {
    if (value === null || value === undefined) return null;
    if (Array.isArray(value)) return value.map((item) => named(plain(item)));
    if (typeof value !== "string") return plain(value);
    if (type === "date") return { date: value };
    if (type === "moment") {
      const at = Date.parse(value);
      return Number.isNaN(at) ? value : { at };
    }
    return named(value);
  };
}

/** An answer whose field has changed its kind since is shown as what it is. */
function plain(value: unknown): Scalar {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  return JSON.stringify(value);
}

function valueAt(data: Record<string, unknown>, path: readonly string[]): unknown {
  let at: unknown = data;
  for (const name of path) {
    if (at === null || typeof at !== "object" || Array.isArray(at) || !Object.hasOwn(at, name)) return null;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** One item for each turn, empty ones too, so that the nth of each column belong together. */
function eachTurn(data: Record<string, unknown>, repeat: readonly string[], path: readonly string[], read: (value: unknown) => Cell): Cell {
  const turns = valueAt(data, repeat);
  if (!Array.isArray(turns)) return null;
  const rest = path.slice(repeat.length);
  return turns.map((turn): Scalar => {
    const values = valuesWithin(turn, rest).map(read);
    const [only = null] = values;
    // A list within a turn, or a group that repeats within it: one text, or the turns could not be told apart.
    return values.length > 1 || Array.isArray(only) ? values.flat().map(inWords).join(", ") : (only as Scalar);
  });
}

function valuesWithin(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap((item) => valuesWithin(item, path));
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return [];
  return valuesWithin((value as Record<string, unknown>)[name], rest);
}

function inWords(value: Scalar): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  if ("file" in value) return value.file.id;
  return "date" in value ? value.date : new Date(value.at).toISOString();
}
