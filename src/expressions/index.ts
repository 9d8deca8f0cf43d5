// pure, and also in the browser: what Headwater works out from what others write.
export { type CalculatedField, calculateAll, type OrderedField, type OrderResult, orderCalculated } from "./calculated";
export { type FunctionSummary, listFunctions } from "./describe";
export { ExpressionLimitError, type Moment, type Value } from "./run";
export { type CompileResult, compileExpression, type Expression, evaluate, MAX_EXPRESSION } from "./source";
export { compileTemplate, renderTemplate, type Template, type TemplateProblem, type TemplateResult } from "./template";
export type { Problem } from "./tokens";
export { ANY, BOOLEAN, DATE, DATETIME, listOf, NUMBER, objectOf, type Scope, TEXT, TIME, type Type, type TypeName } from "./types";
