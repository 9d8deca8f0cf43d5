export { compare, conditionHolds, isEmpty } from "./conditions";
export { evaluateRules, type RuleState } from "./evaluate";
export { type CompiledRule, indexRules, pageOf, type RuleIndex, sourceOf, targetsOf } from "./rule-index";
export { type Calculate, namesIn, type Settled, settle } from "./settle";
