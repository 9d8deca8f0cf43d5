export { describeFields, FIRST_PAGE, type FieldDescription, isAnswerable, listPages, type PageDescription } from "./describe";
export * from "./files";
export { inLanguage, languageNamed, languagesOf, type Translation } from "./languages";
export type { RuleInput } from "./normalise";
export * from "./origins";
export { FormSchemaInput } from "./schemas";
export * from "./types";
