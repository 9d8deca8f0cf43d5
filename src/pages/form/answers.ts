// pure. Between a form's controls and its answers. A control is named after the path of what it answers: `email`, `home.city`,
// `people.0.age`; a repeating group's own name holds how often it is shown. What other pages were answered comes along under
// `_kept.`, exactly as it was typed. Everything is read by walking the form, so whatever else is sent is never looked at.
import type { Field, FormSchema } from "../../forms";

export type Raw = Record<string, unknown>;

export interface Sent {
  raw: Raw;
  /** The paths of the fields whose controls were on the page that was sent. */
  asked: ReadonlySet<string>;
}

/** What was sent, by name. A map, because looking a name up in URLSearchParams goes through all of them each time. */
export type Controls = ReadonlyMap<string, readonly string[]>;

export const KEPT = "_kept.";
export const ADDRESS_PARTS = ["line1", "line2", "city", "region", "postal_code", "country"] as const;
const MAX_TURNS = 100;
// Over all groups together: groups in groups would multiply.
const MAX_TURNS_READ = 1_000;
const MAX_CONTROLS = 20_000;
const MAX_TEXT = 100_000;

const LISTS: ReadonlySet<string> = new Set(["multi_select", "checkboxes", "ranking", "file"]);
const UNANSWERABLE: ReadonlySet<string> = new Set(["heading", "rich_text", "image", "page_break", "calculated"]);

export const isList = (field: Field) => LISTS.has(field.type);
export const hasControls = (field: Field) => !UNANSWERABLE.has(field.type) && field.type !== "hidden";

/** The names of a field's parts, each a control of its own; null when the field has one control, or several of one name. */
export function partsOf(field: Field): readonly string[] | null {
  if (field.type === "date_range") return ["start", "end"];
  if (field.type === "address") return ADDRESS_PARTS;
  if (field.type === "matrix") return (field.rows ?? []).map(({ value }) => value).filter((row) => row !== "__proto__");
  return null;
}

export function mostTurns({ validation }: Field): number {
  return Math.min(typeof validation?.max === "number" ? validation.max : MAX_TURNS, MAX_TURNS);
}

/** Null when it is more than any form has. */
export function toControlMap(text: string): Controls | null {
  const controls = new Map<string, string[]>();
  let left = MAX_CONTROLS;
  for (const [name, value] of new URLSearchParams(text)) {
    if (left-- === 0) return null;
    if (!controls.get(name)?.push(value)) controls.set(name, [value]);
  }
  return controls;
}

/** With `keepBlankTurns`, entries nobody has filled in stay: somebody has just asked for one more. */
export function readSent(schema: FormSchema, sent: Controls, { keepBlankTurns }: { keepBlankTurns: boolean }): Sent {
  const asked = new Set<string>();
  let turnsLeft = MAX_TURNS_READ;

  function values(name: string, path: string): string[] | undefined {
    const given = sent.get(name);
    if (given !== undefined) asked.add(path);
    return (given ?? sent.get(KEPT + name))?.map((text) => text.slice(0, MAX_TEXT));
  }

  /** `from` is where a control was on the page, `to` where its answer goes now: entries move up when one before them is blank. */
  function readFields(fields: readonly Field[], from: string, to: string): Raw {
    const raw: Raw = {};
    for (const field of fields) {
      const value = readField(field, from + field.name, to + field.name);
      if (value !== undefined) raw[field.name] = value;
    }
    return raw;
  }

  function readField(field: Field, from: string, to: string): unknown {
    if (UNANSWERABLE.has(field.type)) return undefined;
    if (field.type === "group") return readFields(field.fields ?? [], `${from}.`, `${to}.`);
    if (field.type === "repeat") return readTurns(field, from, to);
    const parts = partsOf(field);
    if (parts !== null) {
      const raw: Raw = {};
      for (const part of parts) {
        const value = values(`${from}.${part}`, to)?.at(-1);
        if (value !== undefined) raw[part] = value;
      }
      return Object.keys(raw).length === 0 ? undefined : raw;
    }
    const given = values(from, to);
    return isList(field) ? given?.filter((value) => value !== "") : given?.at(-1);
  }

  function readTurns(field: Field, from: string, to: string): Raw[] | undefined {
    const shown = values(from, to)?.at(-1);
    if (shown === undefined) return undefined;
    const count = Math.min(Number.parseInt(shown, 10) || 0, mostTurns(field));
    const turns: Raw[] = [];
    for (let turn = 0; turn < count && turnsLeft-- > 0; turn++) {
      const raw = readFields(field.fields ?? [], `${from}.${turn}.`, `${to}.${turns.length}.`);
      if (keepBlankTurns || !isBlankRaw(raw)) turns.push(raw);
    }
    return turns;
  }

  return { raw: readFields(schema.fields, "", ""), asked };
}

/** The way back: every answer as the controls that would have sent it. */
export function toControlList(fields: readonly Field[], raw: Raw, prefix = ""): [name: string, value: string, field: string][] {
  return fields.flatMap((field): [string, string, string][] => {
    const path = prefix + field.name;
    const value = raw[field.name];
    if (value === undefined || UNANSWERABLE.has(field.type)) return [];
    if (field.type === "group") return toControlList(field.fields ?? [], asRaw(value), `${path}.`);
    if (field.type === "repeat") {
      const turns = Array.isArray(value) ? value : [];
      return [
        [path, String(turns.length), path],
        ...turns.flatMap((turn, at) => toControlList(field.fields ?? [], asRaw(turn), `${path}.${at}.`)),
      ];
    }
    const parts = partsOf(field);
    if (parts !== null)
      return parts.flatMap((part) => (asRaw(value)[part] === undefined ? [] : [[`${path}.${part}`, textOf(asRaw(value)[part]), path]]));
    // An empty list must come back as one: left out it would mean "never asked", and the default would return.
    if (Array.isArray(value)) return (value.length === 0 ? [""] : value).map((item) => [path, textOf(item), path]);
    return [[path, textOf(value), path]];
  });
}

export function isBlankRaw(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return typeof value === "object" && Object.values(value).every(isBlankRaw);
}

export function asRaw(value: unknown): Raw {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Raw) : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
