// pure. An answer laid out beside the form: one slot for each field, and for each field of each repetition, parents first.

import type { Issue } from "../definition/types";
import { type FieldInfo, type FormIndex, isContainer } from "./form-index";
import { isBlank, isObject, numberLimit, own, type ReadEnv, Reading } from "./read";

export interface Slot {
  info: FieldInfo;
  /** Where it is in the answer: `email`, `home.street`, `people.0.age`. */
  path: string;
  parent: Slot | null;
  /** Which repetition it is in, for each repeating group around it. */
  turns: readonly number[];
  /** That repetition's own path, `people.0`; empty outside of any. */
  turnPath: string;
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
  of: ReadonlyMap<FieldInfo, readonly Slot[]>;
  top: readonly Slot[];
  /** What is wrong whatever the rules say: fields that the form does not have. */
  issues: readonly Issue[];
}

export const MAX_ISSUES = 100;
const DEFAULT_TURNS = 100;
const MAX_TURNS = 1_000;
const MAX_SLOTS = 5_000;
const CANNOT_READ: Omit<Issue, "path"> = { code: "wrong_type", message: "Send the answers as an object of field names and values." };

export function layOut(index: FormIndex, raw: unknown, env: ReadEnv): Answers {
  const layout = new Layout(env);
  if (!isObject(raw)) return { ...layout, top: [], issues: [{ path: "", ...CANNOT_READ }] };
  const issues: Issue[] = [];
  refuseStrangers(raw, index.fieldNamed, "", issues);
  const top = index.fields.map((info) => layout.add(info, raw, ROOT));
  return { ...layout, top, issues };
}

/** Where in the answer a field is looked for. */
interface Place {
  prefix: string;
  parent: Slot | null;
  turns: readonly number[];
  turnPath: string;
  /** The form's own default: what is wrong with it is not the respondent's fault. */
  quiet: boolean;
}

const ROOT: Place = { prefix: "", parent: null, turns: [], turnPath: "", quiet: false };

class Layout {
  readonly slots: Slot[] = [];
  readonly at = new Map<string, Slot>();
  readonly of = new Map<FieldInfo, Slot[]>();
  readonly #env: ReadEnv;

  constructor(env: ReadEnv) {
    this.#env = env;
  }

  add(info: FieldInfo, around: unknown, place: Place): Slot {
    const { prefix, parent, turns, turnPath, quiet } = place;
    const path = prefix + info.field.name;
    const reading = new Reading(path, info.field.validation ?? {}, this.#env);
    const slot: Slot = {
      info,
      path,
      parent,
      turns,
      turnPath,
      value: undefined,
      fallback: undefined,
      cleared: false,
      problems: quiet ? [] : reading.problems,
      children: [],
      items: [],
    };
    this.slots.push(slot);
    this.at.set(path, slot);
    if (!this.of.get(info)?.push(slot)) this.of.set(info, [slot]);
    const given = own(around, info.field.name);
    if (info.field.type === "group") this.#fillGroup(slot, given, reading, place);
    else if (info.field.type === "repeat") this.#fillRepeat(slot, given, reading, place);
    else if (info.read !== null) this.#fillValue(slot, given, reading);
    return slot;
  }

  #fillValue(slot: Slot, given: unknown, reading: Reading): void {
    const { info } = slot;
    const hasDefault = info.field.default !== undefined;
    // An unfinished answer keeps what was sent alone: defaults of pages not yet seen are not answers.
    if (hasDefault && !this.#env.partial) slot.fallback = readQuietly(info, info.field.default, this.#env);
    if (given === undefined) slot.value = slot.fallback;
    else {
      if (!isBlank(given)) slot.value = info.read?.(given, info, reading);
      slot.cleared = hasDefault && slot.value === undefined && reading.problems.length === 0;
    }
  }

  #fillGroup(slot: Slot, given: unknown, reading: Reading, place: Place): void {
    const { info, path } = slot;
    if (!isBlank(given) && !isObject(given)) reading.refuse("wrong_type", "Send this group as an object.");
    refuseStrangers(given, info.childNamed, `${path}.`, reading.problems);
    slot.children = info.children.map((child) => this.add(child, given, { ...place, prefix: `${path}.`, parent: slot }));
  }

  #fillRepeat(slot: Slot, given: unknown, reading: Reading, place: Place): void {
    const { info, path } = slot;
    const { default: fallback } = info.field;
    const useDefault = given === undefined && !this.#env.partial && Array.isArray(fallback);
    slot.cleared = fallback !== undefined && given !== undefined && isBlank(given);
    const source = useDefault ? fallback : given;
    if (isBlank(source)) return;
    if (!Array.isArray(source)) {
      reading.refuse("wrong_type", "Send this as a list of objects.");
      return;
    }
    const most = Math.min(numberLimit(info.field.validation?.max) ?? DEFAULT_TURNS, MAX_TURNS);
    if (source.length > most || this.slots.length + source.length * info.children.length > MAX_SLOTS) {
      reading.limit("too_many", most === 1 ? "Please give at most 1 entry." : `Please give at most ${most} entries.`);
      return;
    }
    slot.items = source.map((item, turn) => {
      if (!isObject(item)) reading.refuse("wrong_type", "Send each entry as an object.", String(turn));
      const turnPath = `${path}.${turn}`;
      refuseStrangers(item, info.childNamed, `${turnPath}.`, reading.problems);
      const inside = { prefix: `${turnPath}.`, parent: slot, turns: [...slot.turns, turn], turnPath, quiet: place.quiet || useDefault };
      return info.children.map((child) => this.add(child, item, inside));
    });
  }
}

/** A value that the form's author gave, not the respondent: it is taken only when nothing is wrong with it. */
export function readQuietly(info: FieldInfo, given: unknown, env: ReadEnv): unknown {
  if (isBlank(given) || info.read === null) return undefined;
  const reading = new Reading("", info.field.validation ?? {}, { ...env, upload: undefined });
  const value = info.read(given, info, reading);
  return reading.problems.length === 0 ? value : undefined;
}

function refuseStrangers(given: unknown, fields: ReadonlyMap<string, FieldInfo>, prefix: string, issues: Issue[]): void {
  if (!isObject(given)) return;
  let left = 20;
  for (const key of Object.keys(given)) {
    const info = fields.get(key);
    // Calculated values come back with an answer that is edited; they are worked out anew, so what was sent is left out.
    if (info !== undefined && (info.read !== null || isContainer(info.field.type) || info.field.type === "calculated")) continue;
    if (left-- === 0) return;
    issues.push({ path: prefix + key.slice(0, 100), code: "unknown_field", message: "This form has no such field." });
  }
}
