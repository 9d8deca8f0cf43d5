// pure. Settles the rules on an answer. Whether a field is there, and what its value is, is asked for backwards: from a field
// to its rules, from a rule to the fields it asks about. Each is worked out once, which is the fixed point whenever rules do
// not run in a circle. Publishing refuses circles; in a draft that has one, whoever asks inside it gets what was answered, so
// that this ends after one visit to each slot whatever the rules say.

import type { Field } from "../definition/types";
import { type Answers, type FieldInfo, isContainer, own, type ReadEnv, readQuietly, type Slot } from "../fields";
import { conditionHolds } from "./conditions";
import type { CompiledCondition, CompiledRule, Jump, RuleIndex } from "./rule-index";

/** Works out a calculated field from the fields that its expression names. */
export type Calculate = (field: Field, data: Record<string, unknown>) => unknown;

export interface Settled {
  isHidden(slot: Slot): boolean;
  isRequired(slot: Slot): boolean;
  isDisabled(slot: Slot): boolean;
  /** True when rules or the form itself give the value, and what the respondent sent does not matter. */
  isGiven(slot: Slot): boolean;
  /** As it stands in the answer's data: objects for groups, lists for repeats, undefined for nothing. */
  answerOf(slot: Slot): unknown;
  /** The value of the field of that name, in the same turn as `slot` where both are in one repeat. */
  valueNear(name: string, slot: Slot): unknown;
  pages: readonly string[];
  endedBy: Ending | undefined;
}

export interface Ending {
  rule: string;
  message?: string;
}

const NONE: { value: unknown } = { value: undefined };
const MAX_TEXT = 10_000;

export function settle(index: RuleIndex, answers: Answers, env: ReadEnv, calculate?: Calculate): Settled {
  const hidden = new Map<Slot, boolean>();
  const values = new Map<Slot, unknown>();
  const held = new Map<CompiledRule, Map<string, boolean>>();
  const set = new Map<unknown, { value: unknown }>();
  const gatherings = new Map<string, unknown[]>();
  const reached = new Set([0]);
  let current = 0;
  let walking = false;
  let ended: Ending | undefined;

  function isHidden(slot: Slot): boolean {
    const before = hidden.get(slot);
    if (before !== undefined) return before;
    hidden.set(slot, false);
    const now = slot.parent !== null ? isHidden(slot.parent) || hiddenByRules(slot) : !isReached(slot.info.page) || hiddenByRules(slot);
    hidden.set(slot, now);
    return now;
  }

  function hiddenByRules(slot: Slot): boolean {
    const rules = index.of.get(slot.info);
    if (rules === undefined) return false;
    return (rules.show.length > 0 && !rules.show.some((rule) => holds(rule, slot))) || rules.hide.some((rule) => holds(rule, slot));
  }

  /**
   * Follows the jumps of the pages before this one. A page's own jumps are not asked for on the way to it: they may ask for
   * its fields, which is where the question came from. Whoever asks about a page further on meanwhile may count on it.
   */
  function isReached(page: number): boolean {
    if (walking) return page > current || reached.has(page);
    walking = true;
    while (current < page && current < index.form.pages.length) {
      const jump = index.jumps[current]?.find(({ rule }) => holds(rule, null));
      if (jump?.to === null) ended = toEnding(jump);
      current = jump === undefined ? current + 1 : (jump.to ?? index.form.pages.length);
      reached.add(current);
    }
    walking = false;
    return reached.has(page);
  }

  /** Within one turn of a repeating group a rule is the same for every field. */
  function holds(rule: CompiledRule, slot: Slot | null): boolean {
    const turn = rule.perTurn && slot !== null ? slot.turnPath : "";
    const before = held.get(rule)?.get(turn);
    if (before !== undefined) return before;
    const known = held.get(rule) ?? new Map<string, boolean>();
    held.set(rule, known.set(turn, false));
    const test = (condition: CompiledCondition) => conditionHolds(condition.condition, sourceValue(condition, slot), condition.pattern);
    const now = rule.all ? rule.conditions.every(test) : rule.conditions.some(test);
    known.set(turn, now);
    return now;
  }

  function sourceValue({ source, part }: CompiledCondition, slot: Slot | null): unknown {
    if (source === null) return undefined;
    if (source.field.type === "repeat") return turnsOf(source, slot);
    const value = valueFor(source, slot);
    if (part === null) return value;
    return Array.isArray(value) ? value.map((item) => own(item, part)).filter((item) => item !== undefined) : own(value, part);
  }

  /** A rule asks a repeating group only how often it was answered, so what is in it may depend on that. */
  function turnsOf(info: FieldInfo, from: Slot | null): unknown[] {
    return gathered("turns", info, from, (slot) => (isHidden(slot) ? [] : slot.items.map(() => true)));
  }

  /** The field's value in the same turn as the one who asks; the values of all turns when it is asked from outside. */
  function valueFor(info: FieldInfo, from: Slot | null): unknown {
    if (sharedTurns(info, from) < info.repeats.length) return gathered("values", info, from, (slot) => answerOf(slot) ?? []);
    const slot = answers.at.get(pathOf(info, from?.turns ?? []));
    return slot === undefined ? undefined : (answerOf(slot) ?? undefined);
  }

  function gathered(what: string, info: FieldInfo, from: Slot | null, take: (slot: Slot) => unknown): unknown[] {
    const turns = from?.turns.slice(0, sharedTurns(info, from)) ?? [];
    const key = [what, info.field.name, ...turns].join("/");
    const before = gatherings.get(key);
    if (before !== undefined) return before;
    const all = (answers.of.get(info) ?? []).filter((slot) => turns.every((turn, at) => slot.turns[at] === turn)).flatMap(take);
    gatherings.set(key, all);
    return all;
  }

  /** Hidden is looked at each time: inside a circle a value may be asked for before that is known. */
  function answerOf(slot: Slot): unknown {
    if (isHidden(slot)) return undefined;
    const { type } = slot.info.field;
    if (type === "group") return gather(slot.children);
    if (type === "repeat") return slot.items.length > 0 ? slot.items.map((item) => gather(item) ?? {}) : nothing(slot);
    if (values.has(slot)) return values.get(slot);
    values.set(slot, slot.value);
    const given = givenBy(slot);
    const now = given === null ? (slot.value ?? nothing(slot)) : given.value;
    values.set(slot, now);
    return now;
  }

  function nothing(slot: Slot): null | undefined {
    return slot.cleared ? null : undefined;
  }

  function gather(slots: readonly Slot[]): Record<string, unknown> | undefined {
    const data: Record<string, unknown> = {};
    for (const slot of slots) {
      const value = answerOf(slot);
      if (value !== undefined) data[slot.info.field.name] = value;
    }
    return Object.keys(data).length > 0 ? data : undefined;
  }

  /** Of several rules that set a value the last one has it; a disabled field keeps what the form itself gives it. */
  function givenBy(slot: Slot): { value: unknown } | null {
    const { info } = slot;
    if (info.field.type === "calculated") return calculated(slot);
    if (info.read === null) return NONE;
    const setting = index.of.get(info)?.set.findLast(({ rule }) => holds(rule, slot));
    if (setting !== undefined) {
      const known = set.get(setting) ?? { value: readQuietly(info, setting.value, env) };
      set.set(setting, known);
      return known;
    }
    return isDisabled(slot) ? { value: slot.fallback } : null;
  }

  function calculated(slot: Slot): { value: unknown } {
    const { field } = slot.info;
    if (calculate === undefined || field.expression === undefined) return NONE;
    const data: Record<string, unknown> = {};
    for (const name of namesIn(field.expression)) {
      const info = index.form.anyNamed.get(name);
      const value = info === undefined || info === slot.info ? undefined : valueFor(info, slot);
      if (value !== undefined) data[name] = value;
    }
    try {
      return { value: plainResult(calculate(field, data)) };
    } catch {
      // An expression that cannot be worked out for this answer leaves the field empty; the answer itself is not at fault.
      return NONE;
    }
  }

  function isDisabled(slot: Slot): boolean {
    if (slot.parent !== null && isDisabled(slot.parent)) return true;
    return index.of.get(slot.info)?.disable.some((rule) => holds(rule, slot)) === true;
  }

  const isRequired = (slot: Slot) =>
    (slot.info.read !== null || isContainer(slot.info.field.type)) &&
    !isHidden(slot) &&
    !isDisabled(slot) &&
    (slot.info.field.required === true || index.of.get(slot.info)?.require.some((rule) => holds(rule, slot)) === true);

  const isGiven = (slot: Slot) => !isContainer(slot.info.field.type) && (slot.info.read === null || givenBy(slot) !== null);

  // Everything is asked for once, in the form's order, so that whoever asks later and in whichever order hears the same.
  isReached(index.form.pages.length);
  for (const slot of answers.slots) answerOf(slot);

  return {
    isHidden,
    isRequired,
    isDisabled,
    isGiven,
    answerOf,
    valueNear: (name, slot) => {
      const info = index.form.anyNamed.get(name);
      return info === undefined ? undefined : valueFor(info, slot);
    },
    pages: index.form.pages.filter((_page, at) => reached.has(at)).map((page) => page.name),
    endedBy: ended,
  };
}

function toEnding({ rule, action }: Jump): Ending {
  return { rule: rule.rule.id, ...(typeof action.value === "string" && action.value !== "" ? { message: action.value } : {}) };
}

/** The words of an expression: every field it can mean is among them. */
export function namesIn(expression: string): Set<string> {
  return new Set(expression.match(/[a-z][a-z0-9_]*/g));
}

function plainResult(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
  if (typeof value === "string") return value === "" || value.length > MAX_TEXT || /[\0]|\p{Surrogate}/u.test(value) ? undefined : value;
  return typeof value === "boolean" ? value : undefined;
}

/** How many of the repeating groups around a field are around the one who asks, too. */
function sharedTurns({ repeats }: FieldInfo, from: Slot | null): number {
  const around = from?.info.repeats ?? [];
  let shared = 0;
  while (shared < repeats.length && repeats[shared] === around[shared]) shared++;
  return shared;
}

function pathOf(info: FieldInfo, turns: readonly number[]): string {
  const names: string[] = [];
  let turn = info.repeats.length;
  for (let at: FieldInfo | null = info; at !== null; at = at.parent) {
    if (at !== info && at.field.type === "repeat") names.unshift(String(turns[--turn]));
    names.unshift(at.field.name);
  }
  return names.join(".");
}
