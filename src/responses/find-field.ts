// pure. From the name that somebody asked by to the place where its values lie. Names are looked up, never put together.
import type { FieldDescription, FieldType } from "../forms";
import { InvalidError } from "../shared/errors";
import type { FieldKind, FieldRef } from "../store";

export interface FoundField {
  ref: FieldRef;
  /** Of an answer; null for what every response has, and for a part of an answer. */
  type: FieldType | null;
  /** Most values that one response can give. */
  most: number;
}

const META_FIELDS = ["country", "device", "referrer"] as const;
const OURS = ["submitted_at", "status", "form_version", ...META_FIELDS.map((name) => `meta.${name}`)];
const MAX_SHOWN = 30;
const MAX_FILES = 100;

const KINDS: Partial<Record<FieldType, FieldKind>> = {
  number: "number",
  slider: "number",
  currency: "number",
  rating: "number",
  nps: "number",
  calculated: "number",
  yes_no: "boolean",
  consent: "boolean",
  multi_select: "list",
  checkboxes: "list",
  ranking: "list",
  file: "list",
  matrix: "object",
  address: "object",
  date_range: "object",
};

const PARTS: Partial<Record<FieldType, readonly string[]>> = {
  address: ["line1", "line2", "city", "region", "postal_code", "country"],
  date_range: ["start", "end"],
};

const SAFE_NAME = /^[a-z][a-z0-9_]{0,63}$/;

function kindOf({ type, holds }: FieldDescription): FieldKind {
  if (type !== "calculated" || holds === undefined) return KINDS[type] ?? "text";
  return holds === "number" || holds === "boolean" ? holds : "text";
}

/** Throws for what is no field, at `path` of the input. */
export function fieldFinder(fields: readonly FieldDescription[]): (name: string, path: string) => FoundField {
  const known = new Map(fields.map((field) => [field.path, field]));
  return (name, path) => {
    if (name === "submitted_at") return { ref: { in: "column", name, kind: "time" }, type: null, most: 1 };
    if (name === "form_version") return { ref: { in: "column", name, kind: "number" }, type: null, most: 1 };
    const meta = META_FIELDS.find((one) => name === `meta.${one}`);
    if (meta !== undefined) return { ref: { in: "meta", path: [meta], kind: "text" }, type: null, most: 1 };
    // A form may have a field called status; then `data.status` is that field and the bare word is ours.
    if (name === "status") return { ref: { in: "column", name, kind: "text" }, type: null, most: 1 };
    const bare = name.startsWith("data.") ? name.slice("data.".length) : name;
    const field = known.get(bare);
    if (field?.repeated === true) throw unknown(path, "Fields of a repeating group cannot be asked about.");
    if (field !== undefined) {
      return { ref: { in: "data", path: bare.split("."), kind: kindOf(field) }, type: field.type, most: mostValues(field) };
    }
    const part = partOf(bare, known);
    if (part !== null) return { ref: { in: "data", path: part, kind: "text" }, type: null, most: 1 };
    throw unknown(path, `The form has no field ${JSON.stringify(name.slice(0, 80))}. ${whatThereIs(fields)}`);
  };
}

function mostValues(field: FieldDescription): number {
  const { type, options, rows } = field;
  switch (kindOf(field)) {
    case "list":
      return options?.length ?? MAX_FILES;
    case "object":
      return rows?.length ?? PARTS[type]?.length ?? 1;
    default:
      return 1;
  }
}

/** `home.city` of an address, `stay.start` of a range, `service.speed` of a matrix. */
function partOf(name: string, known: ReadonlyMap<string, FieldDescription>): string[] | null {
  const dot = name.lastIndexOf(".");
  const whole = dot === -1 ? undefined : known.get(name.slice(0, dot));
  if (whole === undefined || whole.repeated) return null;
  const part = name.slice(dot + 1);
  const parts = whole.type === "matrix" ? (whole.rows ?? []).map(({ value }) => value) : PARTS[whole.type];
  return parts?.includes(part) && SAFE_NAME.test(part) ? [...whole.path.split("."), part] : null;
}

function whatThereIs(fields: readonly FieldDescription[]): string {
  const names = [...fields.filter(({ repeated }) => !repeated).map(({ path }) => `data.${path}`), ...OURS];
  const more = names.length > MAX_SHOWN ? ` and ${names.length - MAX_SHOWN} more` : "";
  return `There are ${names.slice(0, MAX_SHOWN).join(", ")}${more}.`;
}

function unknown(path: string, message: string): InvalidError {
  return new InvalidError(message, [{ path, message, code: "unknown_field" }], "unknown_field");
}
