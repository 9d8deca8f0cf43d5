export { compare, conditionHolds, isEmpty } from "./conditions";
export { evaluateRules, type RuleState } from "./evaluate";
export { type CompiledRule, indexRules, type Jump, pageOf, type RuleIndex, sourceOf, targetsOf } from "./rule-index";
export { type Calculate, namesIn, type Settled, settle } from "./settle";
