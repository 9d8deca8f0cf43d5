// pure. An answer laid out beside the form: one slot for each field, and for each field of each repetition, parents first.

import type { Issue } from "../definition/types";
import { type FieldInfo, type FormIndex, isContainer } from "./form-index";
import { isBlank, isObject, numberLimit, own, plural, type ReadEnv, Reading } from "./read";

export interface Slot {
  info: FieldInfo;
  /** Where it is in the answer: `email`, `home.street`, `people.0.age`. */
  path: string;
  parent: Slot | null;
  /** Which repetition it is in, for each repeating group around it. */
  turns: readonly number[];
  /** What was answered, normalised; undefined for none, for containers and for what cannot be read. */
  value: unknown;
  /** What the field says by itself: its default, normalised. */
  fallback: unknown;
  /** Emptied on purpose, so that the default must not come back. */
  cleared: boolean;
  problems: readonly Issue[];
  /** Group: its fields. */
  children: readonly Slot[];
  /** Repeat: the fields of each turn. */
  items: readonly (readonly Slot[])[];
}

export interface Answers {
  /** All of them, parents before what they hold. */
  slots: readonly Slot[];
  at: ReadonlyMap<string, Slot>;
  top: readonly Slot[];
  /** What is wrong whatever the rules say: fields that the form does not have. */
  issues: readonly Issue[];
}

export const MAX_ISSUES = 100;
const DEFAULT_TURNS = 100;
const MAX_TURNS = 1_000;
const MAX_SLOTS = 10_000;
const CANNOT_READ: Omit<Issue, "path"> = { code: "wrong_type", message: "Send the answers as an object of field names and values." };

export function layOut(index: FormIndex, raw: unknown, env: ReadEnv): Answers {
  const slots: Slot[] = [];
  const at = new Map<string, Slot>();
  const issues: Issue[] = [];

  const add = (info: FieldInfo, given: unknown, path: string, parent: Slot | null, turns: readonly number[], quiet: boolean): Slot => {
    const reading = new Reading(path, info.field.validation ?? {}, env);
    const slot: Slot = {
      info,
      path,
      parent,
      turns,
      value: undefined,
      fallback: undefined,
      cleared: false,
      problems: reading.problems,
      children: [],
      items: [],
    };
    slots.push(slot);
    at.set(path, slot);
    if (isContainer(info.field.type)) fillContainer(slot, given, reading, quiet);
    else if (info.read !== null) fillValue(slot, given, reading);
    if (quiet) slot.problems = [];
    return slot;
  };

  const fillValue = (slot: Slot, given: unknown, reading: Reading) => {
    const { info } = slot;
    const hasDefault = info.field.default !== undefined;
    // An unfinished answer keeps what was sent alone: defaults of pages not yet seen are not answers.
    if (hasDefault && !env.partial) slot.fallback = readDefault(info, env);
    if (isBlank(given)) {
      slot.cleared = hasDefault && given !== undefined;
      slot.value = slot.cleared ? undefined : slot.fallback;
    } else slot.value = info.read?.(given, info, reading);
  };

  const fillContainer = (slot: Slot, given: unknown, reading: Reading, quiet: boolean) => {
    const { info, path, turns } = slot;
    if (info.field.type === "group") {
      if (!isBlank(given) && !isObject(given)) reading.refuse("wrong_type", "Send this group as an object.");
      refuseStrangers(given, info.childNamed, `${path}.`, (issue) => reading.problems.push(issue));
      slot.children = info.children.map((child) =>
        add(child, own(given, child.field.name), `${path}.${child.field.name}`, slot, turns, quiet),
      );
      return;
    }
    const useDefault = given === undefined && !env.partial && Array.isArray(info.field.default);
    slot.cleared = info.field.default !== undefined && given !== undefined && isBlank(given);
    const source = useDefault ? info.field.default : given;
    if (isBlank(source)) return;
    if (!Array.isArray(source)) {
      reading.refuse("wrong_type", "Send this as a list of objects.");
      return;
    }
    const most = Math.min(numberLimit(info.field.validation?.max) ?? DEFAULT_TURNS, MAX_TURNS);
    if (source.length > most || slots.length + source.length * info.children.length > MAX_SLOTS) {
      reading.limit("too_many", `Please give at most ${plural(most, "entry").replace(/entrys$/, "entries")}.`);
      return;
    }
    slot.items = source.map((item, turn) => {
      if (!isObject(item)) reading.refuse("wrong_type", "Send each entry as an object.", String(turn));
      refuseStrangers(item, info.childNamed, `${path}.${turn}.`, (issue) => reading.problems.push(issue));
      return info.children.map((child) =>
        add(child, own(item, child.field.name), `${path}.${turn}.${child.field.name}`, slot, [...turns, turn], quiet || useDefault),
      );
    });
  };

  if (!isObject(raw)) return { slots, at, top: [], issues: [{ path: "", ...CANNOT_READ }] };
  refuseStrangers(raw, index.fieldNamed, "", (issue) => issues.push(issue));
  const top = index.fields.map((info) => add(info, own(raw, info.field.name), info.field.name, null, [], false));
  return { slots, at, top, issues };
}

/** What a field's default comes to, or nothing where it does not fit the field. */
export function readDefault(info: FieldInfo, env: ReadEnv): unknown {
  return readQuietly(info, info.field.default, env);
}

/** A value that the form's author gave, not the respondent: it is taken only when nothing is wrong with it. */
export function readQuietly(info: FieldInfo, given: unknown, env: ReadEnv): unknown {
  if (isBlank(given) || info.read === null) return undefined;
  const reading = new Reading("", info.field.validation ?? {}, { ...env, upload: undefined });
  const value = info.read(given, info, reading);
  return reading.problems.length === 0 ? value : undefined;
}

function refuseStrangers(given: unknown, fields: ReadonlyMap<string, FieldInfo>, prefix: string, report: (issue: Issue) => void): void {
  if (!isObject(given)) return;
  let left = 20;
  for (const key of Object.keys(given)) {
    const info = fields.get(key);
    // Calculated values come back with an answer that is edited; they are worked out anew, so what was sent is left out.
    if (info !== undefined && (info.read !== null || isContainer(info.field.type) || info.field.type === "calculated")) continue;
    if (left-- === 0) return;
    report({ path: prefix + key.slice(0, 100), code: "unknown_field", message: "This form has no such field." });
  }
}
