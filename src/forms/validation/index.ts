export { type EvaluateOptions, type Evaluation, evaluateAnswers } from "./evaluate";
