// pure. Rules as they come in, made into the one form that everything else knows.
import type { Action, ActionName, Condition, ConditionName, Rule, When } from "./types";

export interface LongRuleInput {
  id?: string;
  when: { all: Condition[] } | { any: Condition[] };
  then: Action[];
}

export interface ShortRuleInput {
  id?: string;
  source_field: string;
  condition: ConditionName;
  value?: unknown;
  action: ActionName;
  target_fields: string[];
  action_value?: unknown;
}

export type RuleInput = LongRuleInput | ShortRuleInput;

/** Rules without an id get the first free `rule_<n>`, so the same input always ends as the same schema. */
export function normaliseRules(rules: readonly RuleInput[]): Rule[] {
  const taken = new Set(rules.flatMap((rule) => (rule.id === undefined ? [] : [rule.id])));
  let next = 1;
  const nextId = () => {
    while (taken.has(`rule_${next}`)) next++;
    taken.add(`rule_${next}`);
    return `rule_${next}`;
  };
  return rules.map((rule) =>
    "source_field" in rule ? fromShort(rule, rule.id ?? nextId()) : { ...rule, id: rule.id ?? nextId(), when: rule.when as When },
  );
}

/** Of its one `value`, a short rule that only asks whether there is an answer has no need: there it is what is set. */
function fromShort(rule: ShortRuleInput, id: string): Rule {
  const { source_field: field, condition, value, action, target_fields: targets, action_value: actionValue } = rule;
  const asksNoValue = condition === "is_empty" || condition === "is_not_empty";
  const set = actionValue ?? (action === "set_value" && asksNoValue ? value : undefined);
  return {
    id,
    when: { all: [{ field, condition, ...(value === undefined || asksNoValue ? {} : { value }) }] },
    then: [{ action, targets, ...(set === undefined ? {} : { value: set }) }],
  };
}
