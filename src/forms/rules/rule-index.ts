// pure. The rules of a form, found by what they act on.
import type { Action, Condition, FormSchema, Rule } from "../definition/types";
import { type FieldInfo, type FormIndex, indexForm, type Matcher, matcher } from "../fields";

export interface CompiledCondition {
  condition: Condition;
  source: FieldInfo | null;
  /** `home.country` asks for this part of the value. */
  part: string | null;
  pattern: Matcher | null;
}

export interface CompiledRule {
  rule: Rule;
  all: boolean;
  conditions: readonly CompiledCondition[];
  /** The last page that it asks about: jumps are taken when that page is left. */
  page: number;
  /** It asks about a repeating group, so the answer depends on the turn. */
  perTurn: boolean;
}

export interface FieldRules {
  show: CompiledRule[];
  hide: CompiledRule[];
  require: CompiledRule[];
  disable: CompiledRule[];
  set: { rule: CompiledRule; value: unknown }[];
}

export interface Jump {
  rule: CompiledRule;
  action: Action;
  /** Null ends the form. */
  to: number | null;
}

export interface RuleIndex {
  form: FormIndex;
  rules: readonly CompiledRule[];
  of: ReadonlyMap<FieldInfo, FieldRules>;
  /** By the page they leave, in order. */
  jumps: readonly (readonly Jump[])[];
}

const known = new WeakMap<FormSchema, RuleIndex>();

export function indexRules(schema: FormSchema): RuleIndex {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const form = indexForm(schema);
  const rules = (schema.rules ?? []).map((rule) => compileRule(rule, form));
  const of = new Map<FieldInfo, FieldRules>();
  const jumps: Jump[][] = form.pages.map(() => []);
  for (const rule of rules) for (const action of rule.rule.then) file(rule, action);

  function file(rule: CompiledRule, action: Action): void {
    if (action.action === "jump_to" || action.action === "end_form") {
      const to = action.action === "end_form" ? null : pageOf(action.targets[0], form);
      if (to === null || to > rule.page) jumps[rule.page]?.push({ rule, action, to });
      return;
    }
    for (const info of targetsOf(action, form)) {
      const rulesOfField = of.get(info) ?? { show: [], hide: [], require: [], disable: [], set: [] };
      of.set(info, rulesOfField);
      if (action.action === "set_value") rulesOfField.set.push({ rule, value: action.value });
      else rulesOfField[action.action].push(rule);
    }
  }

  const index = { form, rules, of, jumps };
  known.set(schema, index);
  return index;
}

/** A page stands for the fields on it. */
export function targetsOf(action: Action, form: FormIndex): FieldInfo[] {
  return action.targets.flatMap((name) => {
    const page = form.pageNamed.get(name);
    if (page !== undefined) return [...(form.pages[page]?.fields ?? [])];
    const info = form.anyNamed.get(name);
    return info === undefined ? [] : [info];
  });
}

/** A jump may name a page, or a field for the page it is on. An unknown target leads nowhere: not even to the end. */
export function pageOf(target: string | undefined, form: FormIndex): number {
  if (target === undefined) return -1;
  return form.pageNamed.get(target) ?? form.anyNamed.get(target)?.page ?? -1;
}

export function sourceOf(path: string, form: FormIndex): { source: FieldInfo | null; part: string | null } {
  const dot = path.indexOf(".");
  const source = form.anyNamed.get(dot === -1 ? path : path.slice(0, dot)) ?? null;
  return { source, part: dot === -1 ? null : path.slice(dot + 1) };
}

function compileRule(rule: Rule, form: FormIndex): CompiledRule {
  const conditions = (rule.when.all ?? rule.when.any ?? []).map((condition) => ({
    condition,
    ...sourceOf(condition.field, form),
    pattern: condition.condition === "matches" && typeof condition.value === "string" ? matcher(condition.value, "search") : null,
  }));
  return {
    rule,
    all: rule.when.all !== undefined,
    conditions,
    page: Math.max(0, ...conditions.map(({ source }) => source?.page ?? 0)),
    perTurn: conditions.some(({ source }) => source !== null && source.repeats.length > 0),
  };
}
