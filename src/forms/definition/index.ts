export { describeFields, FIRST_PAGE, type FieldDescription, isAnswerable, listPages, type PageDescription } from "./describe";
export { normaliseRules, type RuleInput } from "./normalise";
export { FormSchemaInput } from "./schemas";
export * from "./types";
