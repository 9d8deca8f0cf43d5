// pure. What the controls hold when a form is opened: the form's own defaults, and over them what the address asks for.
import type { Field, FormSchema } from "../../forms";
import { asRaw, type Controls, isList, mostTurns, type Raw, readSent, textOf } from "./answers";
import { toLocalText } from "./local-time";

export function openedRaw(schema: FormSchema, query: Controls): Raw {
  const zone = schema.settings?.timezone ?? "UTC";
  const defaults = defaultsOf(schema.fields, zone);
  if (query.size === 0) return defaults;
  return merged(defaults, readSent({ ...schema, fields: prefillable(schema.fields) }, query, { keepBlankTurns: true }).raw);
}

/** Nobody may agree, or hand in a file, by following a link. */
function prefillable(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => {
    if (field.type === "consent" || field.type === "file" || field.type === "signature") return [];
    return [field.fields === undefined ? field : { ...field, fields: prefillable(field.fields) }];
  });
}

function defaultsOf(fields: readonly Field[], zone: string): Raw {
  const raw: Raw = {};
  for (const field of fields) {
    const value = defaultOf(field, zone);
    if (value !== undefined) raw[field.name] = value;
  }
  return raw;
}

function defaultOf(field: Field, zone: string): unknown {
  const { type, default: given, fields = [] } = field;
  if (type === "group") {
    const inside = merged(defaultsOf(fields, zone), asRaw(given));
    return Object.keys(inside).length === 0 ? undefined : inside;
  }
  if (type === "repeat") {
    return Array.isArray(given) ? given.slice(0, mostTurns(field)).map((turn) => merged(defaultsOf(fields, zone), asRaw(turn))) : undefined;
  }
  if (given === undefined || given === null) return undefined;
  if (isList(field)) return (Array.isArray(given) ? given : [given]).map(textOf);
  if (type === "datetime") return toLocalText(textOf(given), zone);
  return typeof given === "object" ? given : textOf(given);
}

function merged(under: Raw, over: Raw): Raw {
  const both: Raw = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    both[name] = isObject ? merged(asRaw(both[name]), value as Raw) : value;
  }
  return both;
}

// Groups in groups multiply: a page begins with a few, and there is a button for more.
const MAX_SHOWN_AT_FIRST = 3;

/** The entries of a repeating group that a page shows: as many as must be given, and one to begin with. */
export function shownTurns(field: Field, value: unknown, zone: string): Raw[] {
  const turns = Array.isArray(value) ? value.map(asRaw) : [];
  const least = Math.min(MAX_SHOWN_AT_FIRST, Math.max(1, typeof field.validation?.min === "number" ? field.validation.min : 0));
  const wanted = Math.min(Math.max(turns.length, least), mostTurns(field));
  return Array.from({ length: wanted }, (_, at) => turns[at] ?? defaultsOf(field.fields ?? [], zone));
}

/** The same answers with every entry that is shown, at any depth. */
export function withShownTurns(fields: readonly Field[], raw: Raw, zone: string): Raw {
  const padded: Raw = { ...raw };
  for (const field of fields) {
    if (field.type === "group") padded[field.name] = withShownTurns(field.fields ?? [], asRaw(raw[field.name]), zone);
    else if (field.type === "repeat") {
      padded[field.name] = shownTurns(field, raw[field.name], zone).map((turn) => withShownTurns(field.fields ?? [], turn, zone));
    }
  }
  return padded;
}
